/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rights that are not needed are given up, so that a fault in what reads hostile bytes can do less. */
#pragma once

/* Keeps what reading maps of the kernel, whoever holds them, and writing files needs, and gives up the
 * rest for good, in this process and what it starts. Nothing happens where there was nothing. */
void caps_keep_reading(void);
