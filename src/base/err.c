/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words of known codes are copied once into a row of their own, lower case, so that two of them can
 * stand in one sentence. */
#include "base/err.h"

#include "base/tidy.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ERR_KNOWN = 134, ERR_WORDS_BYTES = 64 };

/* Codes that only the kernel uses, and still lets out of bpf(2). */
static const struct kernel_word {
	int number;
	const char *words;
} kernel_words[] = {
	{512, "interrupted, to be restarted"},
	{517, "not ready yet"},
	{524, "not supported by this kernel"},
};

__attribute__((format(printf, 4, 0))) static void err_write(struct err *err, int code, int column,
							    const char *fmt, va_list args)
{
	if (!err)
		return;
	err->code = code;
	err->column = column;
	int n = vsnprintf(err->text, sizeof(err->text), fmt, args);
	if (n >= (int)sizeof(err->text))
		err->text[utf8_whole(err->text, sizeof(err->text) - 1)] = '\0';
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_write(err, code, 0, fmt, args);
	va_end(args);
	return code;
}

int err_at(struct err *err, int column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_write(err, -EINVAL, column, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* "Permission denied" but not "RFS specific error": an abbreviation keeps its capitals. */
static void lower_first(char *text)
{
	if (isupper((unsigned char)text[0]) && !isupper((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
}

const char *err_words(int code)
{
	static char known[ERR_KNOWN][ERR_WORDS_BYTES];
	static char unknown[ERR_WORDS_BYTES];
	int number = code < 0 ? -code : code;

	for (size_t i = 0; i < ARRAY_LEN(kernel_words); i++)
		if (kernel_words[i].number == number)
			return kernel_words[i].words;
	const char *words = number < ERR_KNOWN ? strerrordesc_np(number) : NULL;
	if (!words) {
		snprintf(unknown, sizeof(unknown), "error %d", number);
		return unknown;
	}
	if (!known[number][0]) {
		snprintf(known[number], ERR_WORDS_BYTES, "%s", words);
		lower_first(known[number]);
	}
	return known[number];
}
