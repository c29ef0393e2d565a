/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Formats: what is printed, that it reads back as the same value, and which one a field is given. */
#include "tests/unit/format_make.h"

/* Formats whose text is only looked at: nobody could type a lock, a struct or a call stack. Every other row
 * of the table reads back what it writes. */
static const char *const only_shown[] = {"special", "fields", "stack"};

static bool is_only_shown(const struct format *format)
{
	for (size_t i = 0; i < ARRAY_LEN(only_shown); i++)
		if (strcmp(format->name, only_shown[i]) == 0)
			return true;
	return false;
}

/* One field of a row: how it looks short and exact, and what else may be typed for it. */
struct sample {
	const char *format;
	struct field field;
	const char *bytes;
	const char *is_short, *is_exact, *typed;
};

/* Bytes are a little-endian host's; see main. */
static const struct sample samples[] = {
	{"dec", U(1), "\x00", "0", "0"},
	{"dec", U(2), "\x0f\x27", "9999", "9999"},
	{"dec", U(2), "\x10\x27", "10.0k", "10000", "10k"},
	{"dec", U(8), "\xff\xff\xff\xff\xff\xff\xff\xff", NULL, "18446744073709551615"},
	{"dec", S(8), "\x00\x00\x00\x00\x00\x00\x00\x80", NULL, "-9223372036854775808"},
	{"dec", S(4), "\xf0\xd8\xff\xff", "-10.0k", "-10000"},
	{"dec", S(1), "\xff", "-1", "-1"},
	{"dec", U(16), "\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "5", "5"},
	{"dec", U(16), "\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0", NULL, "0x10000000000000000"},
	{"dec", S(16), "\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", NULL,
	 "-0x10000000000000000"},
	{"dec", R(8), "\x9a\x99\x99\x99\x99\x99\xb9\x3f", "0.1", "0.1"},
	{"dec", R(4), "\x00\x00\xc0\x3f", "1.5", "1.5"},
	{"dec", R(4), "\xcd\xcc\xcc\x3d", "0.1", "0.1"},
	{"dec", R(4), "\xdb\x0f\x49\x40", "3.14", "3.1415927"},
	{"dec", R(4), "\x01\0\0\0", NULL, "1e-45"},
	{"dec", R(4), "\xff\xff\x7f\x7f", NULL, "3.4028235e+38"},
	{"id", U(4), "\x71\x11\x01\x00", "70001", "70001"},
	{"hex", S(4), "\xff\xff\xff\xff", "0xffffffff", "0xffffffff", "4294967295"},
	{"hex", U(8), "\0\0\0\0\0\0\0\0", "0x0", "0x0"},
	{"hex", BE16, "\x01\xbb", "0x1bb", "0x1bb", "443"},
	{"hex", LEAF(FIELD_UINT, "__be32", "x", 0, 4), "\x0a\x00\x00\x01", "0xa000001",
	 "0xa000001"},
	{"hex", LEAF(FIELD_UINT, "__be64", "x", 0, 8), "\0\0\0\0\0\0\x01\x02", "0x102", "0x102"},
	{"si", U(4), "\x60\xe3\x16\x00", "1.50M", "1500000", "1.5M"},
	{"size", U(4), "\x00\x00\x18\x00", "1.50Mi", "1572864", "1.5Mi"},
	{"percent", U(1), "\x29", "41%", "41%", "41"},
	{"bool", U(1), "\x02", "true", "true", "yes"},
	{"bool", LEAF(FIELD_BOOL, "_Bool", "x", 0, 1), "\0", "false", "false", "0"},
	{"char", LEAF(FIELD_CHAR, "char", "x", 0, 1), "5", "5", "5", "0x35"},
	{"char", LEAF(FIELD_CHAR, "char", "x", 0, 1), "\x1b", "\x1b", "\x1b", "\\x1b"},
	{"char", LEAF(FIELD_CHAR, "char", "x", 0, 1), "\n", "\n", "\n", "\\n"},
	{"text", LEAF(FIELD_TEXT, "char[8]", "x", 0, 8), "eth0\0zzz", "eth0", "eth0"},
	{"text", LEAF(FIELD_TEXT, "char[2]", "x", 0, 2), "ab", "ab", "ab"},
	{"bytes", B(4), "\x0a\x00\xff\x01", "0a 00 ff 01", "0a 00 ff 01", "0x0a00FF01"},
	{"bytes", B(18), "0123456789abcdefgh",
	 "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 …+2",
	 "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68"},
	{"ip4", U(4), "\xc0\x00\x02\x01", "192.0.2.1", "192.0.2.1"},
	{"ip4", U(4), "\xff\xff\xff\xff", "255.255.255.255", "255.255.255.255"},
	{"ip6", B(16), "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", "2001:db8::1", "2001:db8::1",
	 "2001:0db8:0::1"},
	{"ip6", B(16), "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", "10.0.0.1", "10.0.0.1",
	 "::ffff:10.0.0.1"},
	{"cidr", B(8), "\x08\0\0\0\x0a\0\0\0", "10.0.0.0/8", "10.0.0.0/8"},
	{"cidr", B(20), "\x40\0\0\0\x20\x01\0\0\0\0\0\0\0\0\0\0\0\0\0", "2001::/64", "2001::/64"},
	{"mac", B(6), "\x02\x00\x5e\x10\x00\xff", "02:00:5e:10:00:ff", "02:00:5e:10:00:ff",
	 "02-00-5E-10-00-FF"},
	{"port", BE16, "\x01\xbb", "443", "443"},
	{"port", U(2), "\xbb\x01", "443", "443"},
	{"port", U(2), "\xff\xff", "65535", "65535"},
	{"proto", U(1), "\x06", "tcp", "tcp", "TCP"},
	{"proto", U(1), "\x3a", "ipv6-icmp", "ipv6-icmp", "icmpv6"},
	{"proto", U(4), "\xfd\x00\x00\x00", "253", "253"},
	{"be16", U(2), "\x01\x02", "258", "258"},
	{"be32", U(4), "\xff\x00\x00\x00", "4278190080", "4278190080", "0xff000000"},
	{"be64", U(8), "\x80\0\0\0\0\0\0\0", "9223372036854775808", "9223372036854775808"},
	{"ethertype", BE16, "\x86\xdd", "ipv6", "ipv6", "IPv6"},
	{"ethertype", U(2), "\x00\x08", "ipv4", "ipv4", "0x800"},
	{"ethertype", U(4), "\x34\x12\0\0", "0x1234", "0x1234", "4660"},
	{"syscall", S(4), "\xff\xff\xff\xff", "-1", "-1"},
	{"duration", U(4), "\x0c\x30\x00\x00", "12.3us", "12300ns", "12300"},
	{"duration", S(8), "\xff\xff\xff\xff\xff\xff\xff\xff", "-1ns", "-1ns"},
	{"ktime", U(8), "\0\0\0\0\0\0\0", "never", "0ns", "never"},
	{"ktime", U(8), "\x00\xca\x9a\x3b\0\0\0", "2.0s ago", "1000000000ns", "2s ago"},
	{"ktime", U(8), "\x00\x28\x6b\xee\0\0\0", "in 1.0s", "4000000000ns"},
	{"epoch", U(4), "\x00\xf1\x53\x65", "2023-11-14 22:13:20", "2023-11-14T22:13:20.000000000Z",
	 "2023-11-14 22:13:20"},
	{"epoch", U(8), "\x01\x00\x2a\x36\xfe\x9c\x97\x17", "2023-11-14 22:13:20",
	 "2023-11-14T22:13:20.000000001Z"},
	{"errno", S(4), "\xfe\xff\xff\xff", "-ENOENT", "-ENOENT", "-2"},
	{"errno", U(4), "\x0c\x02\x00\x00", "ENOTSUPP", "ENOTSUPP", "524"},
	{"errno", S(4), "\0\0\0\0", "0", "0"},
	{"dec", LEAF(FIELD_REAL, "float", "x", 0, 4), "\0\0\xc0\x7f", "-", "nan"},
	{"percent", LEAF(FIELD_REAL, "float", "x", 0, 4), "\0\0\xc0\x7f", "-", "nan"},
	{"duration", LEAF(FIELD_REAL, "float", "x", 0, 4), "\0\0\xc0\x7f", "-", "nan"},
	{"si", LEAF(FIELD_REAL, "float", "x", 0, 4), "\0\0\x80\x7f", "inf", "inf"},
	{"percent", LEAF(FIELD_REAL, "float", "x", 0, 4), "\0\0\x80\xff", "-inf", "-inf"},
	{"duration", LEAF(FIELD_REAL, "float", "x", 0, 4), "\0\0\x80\x7f", NULL, "inf"},
	{"flags", U(4), "\x05\0\0\0", "0x5", "0x5", "0x4|1"},
	{"flags", U(4), "\0\0\0\0", "0x0", "0x0"},
	{"enum", LEAF(FIELD_ENUM, "enum x", "x", 0, 4), "\x4d\0\0\0", "77", "77"},
	{"progid", U(4), "\x11\0\0\0", "17", "17", "17/xdp_main"},
	{"mapid", U(4), "\x29\0\0\0", "41", "41", "41/flows"},
	{"socket", U(8), "\x01\x10\0\0\0\0\0", "4097", "4097"},
	{"ifname", U(4), "\x07\0\0\0", "7", "7"},
	{"pid", U(4), "\xd2\x04\0\0", "1234", "1234", "1234/nginx"},
	{"cgroup", U(8), "\x01\0\0\0\x01\0\0\0", "4294967297", "4294967297"},
	{"ksym", U(8), "\x00\x00\x00\x81\xff\xff\xff\xff", "0xffffffff81000000",
	 "0xffffffff81000000"},
};

static void reads_back(const struct sample *sample, const struct field *field, const char *text,
		       size_t len)
{
	SCOPED(arena) mem = {0};
	struct err err = {0};
	struct val typed, held = format_value(field, (const uint8_t *)sample->bytes);

	if (format_parse(field, text, len, NULL, &mem, &typed, &err) < 0)
		fail_msg("%s: %s", sample->format, err.text);
	if (val_compare(&typed, &held) != 0)
		fail_msg("%s: '%s' reads as another value", sample->format, text);
}

static void printed_and_read_back(void **state)
{
	SCOPED(buf) text = {0};

	(void)state;
	clock_hold(UINT64_C(3000000000), UINT64_C(1700000000000000000));
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const struct sample *sample = &samples[i];
		struct field field = sample->field;

		field.format = named(sample->format);
		field.path = "x";
		assert_true(field.format->fits(&field));
		print(&field, sample->bytes, PRINT_SHORT, NULL, &text);
		if (sample->is_short)
			assert_string_equal(buf_text(&text), sample->is_short);
		print(&field, sample->bytes, PRINT_EXACT, NULL, &text);
		assert_string_equal(buf_text(&text), sample->is_exact);
		reads_back(sample, &field, text.at, text.len);
		if (sample->typed)
			reads_back(sample, &field, sample->typed, strlen(sample->typed));
	}
	clock_free_run();
}

/* A field of a size and kind that may suit; names for those kinds that have some. */
static struct field random_field(const struct format *format, uint64_t *seed)
{
	static const uint32_t sizes[] = {1, 2, 4, 6, 8, 16, 20};
	static const enum field_kind kinds[] = {FIELD_UINT, FIELD_INT,	FIELD_BYTES, FIELD_REAL,
						FIELD_ENUM, FIELD_CHAR, FIELD_TEXT};
	static const struct enum_name names[] = {{"ONE", 1}, {"TWO", 2}, {"BIT", 64}};
	struct field field = LEAF(kinds[num_random(seed) % ARRAY_LEN(kinds)], "", "x", 0,
				  sizes[num_random(seed) % ARRAY_LEN(sizes)]);

	if (field.kind == FIELD_ENUM) {
		field.names = names;
		field.n_names = ARRAY_LEN(names);
	}
	field.format = format;
	field.path = "x";
	return field;
}

/* Whatever the bytes are, what is printed exactly is read as the same value: of every row of the table. */
static void any_bytes_read_back(void **state)
{
	enum { TRIES = 1000, OFTEN = 20 };
	uint64_t seed = 11;
	const struct format *format;

	(void)state;
	for (unsigned f = 0; (format = format_at(f)); f++) {
		unsigned n = 0;

		for (unsigned i = 0; i < TRIES && !is_only_shown(format); i++) {
			struct field field = random_field(format, &seed);
			uint8_t bytes[28];
			uint32_t length = i % (field.size + 1);

			for (size_t b = 0; b < sizeof(bytes); b++)
				bytes[b] = i % 8 ? (uint8_t)num_random(&seed) : i % 3;
			if (field.offset) /* of a record that the row holds in full */
				memcpy(bytes, &length, sizeof(length));
			if (is_no_value(&field, bytes))
				continue;
			reads_back_as(&field, bytes, PRINT_EXACT, NULL);
			n++;
		}
		if (n < OFTEN && !is_only_shown(format))
			fail_msg("%s: only %u values were tried", format->name, n);
	}
}

/* What a format says it is written with is all there ever is. */
static void exact_texts_keep_to_their_alphabet(void **state)
{
	static const uint32_t sizes[] = {1, 2, 4, 6, 8, 16};
	static const enum field_kind kinds[] = {FIELD_UINT, FIELD_INT, FIELD_BYTES, FIELD_REAL};
	SCOPED(buf) text = {0};
	uint64_t seed = 12;
	const struct format *format;
	unsigned n = 0;

	(void)state;
	for (unsigned f = 0; (format = format_at(f)); f++)
		for (unsigned i = 0; i < 900 && format->alphabet; i++) {
			struct field field =
				LEAF(kinds[i % 4], "", "x", 0, sizes[num_random(&seed) % 6]);
			uint8_t bytes[16];

			field.format = format;
			field.path = "x";
			for (size_t b = 0; b < sizeof(bytes); b++)
				bytes[b] = i < 9 ? 0 : i < 18 ? 0xff : (uint8_t)num_random(&seed);
			if (!format->fits(&field))
				continue;
			print(&field, bytes, PRINT_EXACT, NULL, &text);
			if (strspn(buf_text(&text), format->alphabet) != text.len)
				fail_msg("%s: '%s'", format->name, buf_text(&text));
			n++;
		}
	assert_true(n > 1000);
}

static void nonsense_is_refused_in_words(void **state)
{
	static const struct {
		const char *format, *text;
		struct field field;
	} cases[] = {
		{"ip4", "10.0.0", U(4)},
		{"ip4", "10.0.0.256", U(4)},
		{"ip6", "10.0.0", B(16)},
		{"mac", "02:00:5e:10:00", B(6)},
		{"mac", "02:00:5e:10:00:0g", B(6)},
		{"dec", "12x", U(4)},
		{"dec", "", U(4)},
		{"proto", "tcpp", U(1)},
		{"bool", "maybe", U(1)},
		{"cidr", "10.0.0.0", B(8)},
		{"cidr", "10.0.0.0/x", B(8)},
		{"epoch", "2023-13-01", U(8)},
		{"bytes", "0a0", B(4)},
		{"flags", "1|", U(4)},
		{"errno", "ENOSUCH", S(4)},
		{"ktime", "soon", U(8)},
	};
	SCOPED(arena) mem = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct field field = cases[i].field;
		struct err err = {0};
		struct val val;

		field.format = named(cases[i].format);
		field.path = "x";
		if (format_parse(&field, cases[i].text, strlen(cases[i].text), NULL, &mem, &val,
				 &err) != -EINVAL)
			fail_msg("%s took '%s'", cases[i].format, cases[i].text);
		assert_non_null(strstr(err.text, field.format->example));
	}
}

static void enums_and_flags_by_name(void **state)
{
	static const struct enum_name verdicts[] = {{"DROP", 1}, {"PASS", 2}, {"drop", -1}};
	static const struct enum_name bits[] = {{"NONE", 0}, {"SYN", 1}, {"ACK", 4}};
	struct field verdict = LEAF(FIELD_ENUM, "enum verdict", "verdict", 0, 4);
	struct field flags = LEAF(FIELD_ENUM, "enum flags", "flags", 0, 1);
	SCOPED(buf) text = {0};
	SCOPED(arena) mem = {0};
	struct err err = {0};
	struct val val;
	uint32_t raw = 2;

	(void)state;
	verdict.names = verdicts;
	verdict.n_names = 3;
	verdict.is_signed = true;
	verdict.path = "verdict";
	verdict.format = format_choose(&verdict, "verdict", NULL);
	print(&verdict, &raw, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "PASS");
	raw = 77;
	print(&verdict, &raw, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "77");
	assert_int_equal(format_parse(&verdict, "pass", 4, NULL, &mem, &val, &err), 0);
	assert_true(val.i == 2);
	assert_int_equal(format_parse(&verdict, "drop", 4, NULL, &mem, &val, &err), 0);
	assert_true(val.i == -1); /* the exact spelling first */
	assert_int_equal(format_parse(&verdict, "PUSS", 4, NULL, &mem, &val, &err), -EINVAL);
	assert_string_equal(err.text,
			    "'PUSS' is no value of 'verdict'; it is one of DROP, PASS, drop");

	flags.names = bits;
	flags.n_names = 3;
	flags.path = "flags";
	flags.format = format_choose(&flags, "flags", NULL);
	raw = 0x25;
	print(&flags, &raw, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "SYN|ACK|0x20");
	assert_int_equal(format_parse(&flags, "syn|0x20|ACK", 12, NULL, &mem, &val, &err), 0);
	assert_true(val.u == 0x25);
	raw = 0;
	print(&flags, &raw, PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "NONE");
}

static void numbers_without_a_row(void **state)
{
	SCOPED(buf) text = {0};

	(void)state;
	format_print_val(named("size"), val_real(1536), PRINT_SHORT, NULL, &text);
	buf_addc(&text, ' ');
	format_print_val(named("duration"), val_uint(2000), PRINT_SHORT, NULL, &text);
	buf_addc(&text, ' ');
	format_print_val(named("ip4"), val_int(-3), PRINT_SHORT, NULL, &text);
	buf_addc(&text, ' ');
	format_print_val(named("dec"), val_unknown(), PRINT_SHORT, NULL, &text);
	assert_string_equal(buf_text(&text), "1.50Ki 2.00us -3 -");
}

static bool has_sample(const struct format *format)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		if (strcmp(samples[i].format, format->name) == 0)
			return true;
	return false;
}

static void every_row_is_whole(void **state)
{
	const struct format *format;

	(void)state;
	for (unsigned i = 0; (format = format_at(i)); i++) {
		assert_ptr_equal(named(format->name), format);
		assert_non_null(format->help);
		assert_non_null(format->example);
		assert_non_null(format->fits);
		assert_non_null(format->print);
		assert_true(format->min_columns > 0);
		if (has_sample(format) == is_only_shown(format))
			fail_msg("'%s' has no sample of what it writes and reads", format->name);
	}
	assert_null(format_named("nosuch", 6));
	assert_null(format_named("de", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		cmocka_unit_test(printed_and_read_back),
		cmocka_unit_test(enums_and_flags_by_name),
#endif
		cmocka_unit_test(any_bytes_read_back),
		cmocka_unit_test(exact_texts_keep_to_their_alphabet),
		cmocka_unit_test(nonsense_is_refused_in_words),
		cmocka_unit_test(numbers_without_a_row),
		cmocka_unit_test(every_row_is_whole),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
