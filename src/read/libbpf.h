/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* libbpf, told to keep quiet. */
#pragma once

/* Sends what libbpf says to the log. Process-wide; calling it again does nothing new. */
void libbpf_to_log(void);
