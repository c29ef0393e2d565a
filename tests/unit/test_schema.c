/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Schemas: what they say is what the plan has, what is wrong with them is said, and a plan that is written
 * down as one reads back as the same plan. */
#include "tests/unit/plan_make.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "read/schema.h"
#include "read/schema_node.h"

static struct map map_of(const char *name, uint32_t key_size, uint32_t value_size)
{
	return (struct map){
		.name = name,
		.type = maptype_named("hash"),
		.key_size = key_size,
		.value_size = value_size,
		.n_cpus = 1,
	};
}

/* Text in which ' stands for ", as C has enough of those. */
static int parse(const char *text, struct schema **out, struct err *err)
{
	SCOPED(buf) json = {0};

	for (; *text; text++)
		buf_addc(&json, *text == '\'' ? '"' : *text);
	return schema_parse("s.json", buf_text(&json), json.len, out, err);
}

static const struct schema_map *found(const struct schema *schema, const struct map *map)
{
	const struct schema_map *entry = NULL;
	struct err err = {0};

	if (schema_find(schema, map, &entry, &err) < 0)
		fail_msg("%s", err.text);
	return entry;
}

static void compile(const char *text, const struct map *map, struct plan *plan)
{
	struct schema *schema = NULL;
	struct err err = {0};

	if (parse(text, &schema, &err) < 0)
		fail_msg("%s", err.text);
	assert_non_null(found(schema, map));
	if (schema_plan(found(schema, map), map, plan, &err) < 0)
		fail_msg("%s", err.text);
	schema_free(schema);
}

static const char flows[] =
	"{'maps':{'flows':{"
	"'key':[{'name':'saddr','type':'u32','format':'ip4'},{'name':'gap','"
	"type':'u32','hide':true}],"
	"'value':[{'name':'packets','type':'u64','nature':'gauge'},{'name':'bytes','type':'u64',"
	"'format':'size'}]}}}";

static void the_example(void **state)
{
	const struct map map = map_of("flows", 8, 16);
	SCOPED(plan) plan = {0};

	(void)state;
	compile(flows, &map, &plan);
	assert_string_equal(plan.origin, "schema");
	assert_string_equal(find(&plan, "saddr")->format->name, "ip4");
	assert_true(find(&plan, "gap")->is_hidden);
	assert_int_equal(find(&plan, "gap")->offset, 4);
	assert_int_equal(find(&plan, "bytes")->offset, 8);
	assert_true(find(&plan, "bytes")->in_value);
	assert_string_equal(find(&plan, "bytes")->format->name, "size");
	assert_int_equal(find(&plan, "packets")->nature, NATURE_GAUGE);
	assert_int_equal(find(&plan, "bytes")->nature, NATURE_GUESSED);
}

static void kinds_and_places(void **state)
{
	static const struct {
		const char *path;
		enum field_kind kind;
		uint32_t offset, size;
	} expected[] = {
		{"a", FIELD_INT, 0, 1},	      {"b", FIELD_REAL, 1, 4},
		{"c", FIELD_TEXT, 5, 16},     {"d", FIELD_BYTES, 21, 3},
		{"e", FIELD_ARRAY, 24, 32},   {"f", FIELD_STRUCT, 56, 6},
		{"f.x", FIELD_UINT, 56, 2},   {"f.y", FIELD_BOOL, 61, 1},
		{"g", FIELD_ARRAY, 62, 24},   {"h", FIELD_UNION, 86, 8},
		{"h.p", FIELD_UINT, 86, 4},   {"h.q", FIELD_UINT, 86, 8},
		{"wide", FIELD_UINT, 96, 16}, {"enumed", FIELD_ENUM, 112, 4},
	};
	const struct map map = map_of("m", 4, 116);
	SCOPED(plan) plan = {0};
	struct val val;
	uint8_t row[116] = {0};

	(void)state;
	compile("{'maps':{'m':{'key':'u32','value':["
		"{'name':'a','type':'s8'},{'name':'b','type':'f32'},{'name':'c','type':'char[16]'},"
		"{'name':'d','type':'bytes[3]'},{'name':'e','type':'u64[4]'},"
		"{'name':'f','fields':[{'name':'x','type':'be16'},{'name':'y','type':'bool','"
		"offset':5}]},"
		"{'name':'g','count':[2,3],'fields':[{'name':'z','type':'u32'}]},"
		"{'name':'h','union':[{'name':'p','type':'u32'},{'name':'q','type':'u64'}]},"
		"{'name':'wide','type':'u128','offset':96},"
		"{'name':'enumed','type':'s32','values':{'GOOD':1,'BAD':-1}}]}}}",
		&map, &plan);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		const struct field *field = find(&plan, expected[i].path);

		assert_int_equal(field->kind, expected[i].kind);
		assert_int_equal(field->offset, expected[i].offset);
		assert_int_equal(field->size, expected[i].size);
	}
	assert_string_equal(find(&plan, "f.x")->format->name, "be16");
	assert_string_equal(find(&plan, "key")->type, "u32");
	memset(row + 112, 0xff, 4);
	val = decode_val(find(&plan, "enumed"), row);
	assert_string_equal(decode_enum_name(find(&plan, "enumed"), val.i), "BAD");
}

/* The oracle is the compiler. */
static void bits_share_words(void **state)
{
	const struct map map = map_of("m", 4, 24);
	union {
		struct {
			uint32_t a : 3, b : 5;
			int32_t c : 20;
			uint32_t d : 8; /* doesn't fit any more: the next word */
			uint64_t packed, next;
		};
		uint8_t bytes[24];
	} row = {.a = 5, .b = 17, .c = -3, .d = 200};
	SCOPED(plan) plan = {0};

	(void)state;
	row.packed = UINT64_C(0x123456789a) | UINT64_C(0xabc) << 40;
	row.next = 77;
	compile("{'maps':{'m':{'value':["
		"{'name':'a','type':'u32','bits':3},{'name':'b','type':'u32','bits':5},"
		"{'name':'c','type':'s32','bits':20},{'name':'d','type':'u32','bits':8},"
		"{'name':'hits','type':'u64','mask':'0xffffffffff'},"
		"{'name':'misses','type':'u64','shift':40},"
		"{'name':'other','type':'u64','shift':0}]}}}",
		&map, &plan);
	assert_int_equal(decode_u64(find(&plan, "a"), row.bytes), 5);
	assert_int_equal(decode_u64(find(&plan, "b"), row.bytes), 17);
	assert_int_equal((int64_t)decode_u64(find(&plan, "c"), row.bytes), -3);
	assert_int_equal(decode_u64(find(&plan, "d"), row.bytes), 200);
	assert_true(decode_u64(find(&plan, "hits"), row.bytes) == UINT64_C(0x123456789a));
	assert_int_equal(decode_u64(find(&plan, "misses"), row.bytes), 0xabc);
	assert_int_equal(decode_u64(find(&plan, "other"), row.bytes), 77);
	assert_true(field_is_counter(find(&plan, "hits")));
}

/* What is wrong, and words that must be in what is said of it. */
static void faults_are_said(void **state)
{
#define VALUE(fields) "{'maps':{'m':{'value':" fields "}}}"
	static const struct {
		const char *text;
		const char *words[3];
	} cases[] = {
		{"{'maps':{'m':\n{]}}", {"line 2"}},
		{"", {"not JSON"}},
		{"[]", {"{\"maps\": {...}}"}},
		{"{'maps':{},'map':1}", {"alone"}},
		{"{'maps':{'m':[]}}", {"map 'm'"}},
		{"{'maps':{'m':{'kee':[]}}}", {"\"kee\""}},
		{VALUE("7"), {"not a list"}},
		{VALUE("[7]"), {"a field is not {"}},
		{VALUE("[{'name':'a'}]"), {"'a' has neither"}},
		{VALUE("[{'name':'a','type':'u65'}]"), {"'u65'", "'a'", "value of map 'm'"}},
		{VALUE("[{'name':'a','type':'u12'}]"), {"'u12'"}},
		{VALUE("[{'name':'a','type':'f8'}]"), {"'f8'"}},
		{VALUE("[{'name':'a','type':'u8[1'}]"), {"'u8[1'"}},
		{VALUE("[{'name':'a','type':'bytes'}]"), {"needs a length"}},
		{VALUE("[{'name':'a','type':8}]"), {"\"type\" of 'a' is not a text"}},
		{VALUE("[{'type':'u8'}]"), {"no \"name\""}},
		{VALUE("[{'name':'a','type':'u8[2]','ctype':['x_t']}]"),
		 {"\"ctype\" of 'a' is a text, or a list of 2"}},
		{VALUE("[{'name':'a','type':'u8','ctype':['x_t','u8']}]"), {"a list of 1"}},
		{VALUE("[{'name':'a','type':'u8','ctype':[8]}]"), {"a list of 1"}},
		{VALUE("[{'name':7,'type':'u8'}]"), {"is not a text"}},
		{VALUE("[{'name':'a','type':'u8','format':'ip44'}]"), {"'ip44'", "--help=formats"}},
		{VALUE("[{'name':'a','type':'u8','fromat':'hex'}]"), {"\"fromat\""}},
		{VALUE("[{'name':'a','type':'u8','hide':1}]"), {"\"hide\" of 'a'"}},
		{VALUE("[{'name':'a','type':'u8','offset':-1}]"), {"\"offset\" of 'a'"}},
		{VALUE("[{'name':'a','type':'u8','offset':1.5}]"), {"\"offset\" of 'a'"}},
		{VALUE("[{'name':'a','type':'u8','bits':9}]"),
		 {"'a' has bits outside of its type"}},
		{VALUE("[{'name':'a','type':'u8','bits':0}]"),
		 {"'a' has bits outside of its type"}},
		{VALUE("[{'name':'a','type':'u8','shift':8}]"),
		 {"'a' has bits outside of its type"}},
		{VALUE("[{'name':'a','type':'u8','mask':5}]"), {"\"mask\" of 'a'"}},
		{VALUE("[{'name':'a','type':'u8','mask':1,'bits':1}]"), {"both"}},
		{VALUE("[{'name':'a','type':'f32','bits':3}]"), {"can't have bits"}},
		{VALUE("[{'name':'a','type':'u8','bit':3}]"), {"no \"bits\""}},
		{VALUE("[{'name':'a','type':'u8','count':3}]"), {"\"count\"", "only with"}},
		{VALUE("[{'name':'a','fields':[],'type':'u8'}]"), {"\"type\"", "not with"}},
		{VALUE("[{'name':'a','fields':[],'union':[]}]"), {"both"}},
		{VALUE("[{'name':'a','fields':[{'name':'b','type':'u32'}],'size':2}]"),
		 {"2 bytes", "take 4"}},
		{VALUE("[{'name':'a','type':'u8','values':{'X':'y'}}]"), {"\"X\" of 'a'"}},
		{VALUE("[{'name':'a','type':'f32','values':{'X':1}}]"), {"no integer"}},
		{VALUE("[{'name':'a','type':'u64[4294967295]'}]"), {"larger than any map"}},
		{VALUE("[{'name':'a','type':'u32'},{'name':'b','type':'u16','offset':2}]"),
		 {"'b' at byte 2 overlaps 'a' at byte 0"}},
		{VALUE("[{'name':'a','type':'u32'},{'name':'a','type':'u16'}]"), {"called 'a'"}},
		{"{'maps':{'m':{'value':'u32','variables':[]}}}", {"both"}},
		{"{'maps':{'m':{'fold':{}}}}", {"\"cpus\""}},
		{"{'maps':{'m':{'fold':{'cpus':2,'order':'x'}}}}", {"'x'", "'key-cpu'"}},
		{"{'maps':{'m':{},'m':{}}}", {"twice"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct schema *schema = NULL;
		struct err err = {0};

		if (parse(cases[i].text, &schema, &err) != -EINVAL)
			fail_msg("taken: %s", cases[i].text);
		for (size_t w = 0; w < 3 && cases[i].words[w]; w++)
			if (!strstr(err.text, cases[i].words[w]))
				fail_msg("%s: '%s' is not in: %s", cases[i].text, cases[i].words[w],
					 err.text);
	}
}

static void sizes_that_disagree(void **state)
{
	static const struct {
		uint32_t key_size, value_size;
		const char *words[3];
	} cases[] = {
		{8, 24, {"16 bytes", "have 24", "behind 'bytes', byte 8"}},
		{8, 12, {"16 bytes", "have 12", "at 'bytes', byte 8"}},
		{8, 6, {"16 bytes", "have 6", "at 'packets', byte 0"}},
		{4, 16, {"keys of map 'flows' 8 bytes", "have 4", "at 'gap', byte 4"}},
	};
	struct schema *schema = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(parse(flows, &schema, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct map map = map_of("flows", cases[i].key_size, cases[i].value_size);
		SCOPED(plan) plan = {0};

		assert_int_equal(schema_plan(found(schema, &map), &map, &plan, &err), -EINVAL);
		for (size_t w = 0; w < 3; w++)
			if (!strstr(err.text, cases[i].words[w]))
				fail_msg("'%s' is not in: %s", cases[i].words[w], err.text);
	}
	schema_free(schema);
}

static void a_format_that_does_not_fit(void **state)
{
	const struct map map = map_of("m", 4, 8);
	struct schema *schema = NULL;
	SCOPED(plan) plan = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(
		parse("{'maps':{'m':{'value':[{'name':'a','type':'u64','format':'ip4'}]}}}",
		      &schema, &err),
		0);
	assert_int_equal(schema_plan(found(schema, &map), &map, &plan, &err), -EINVAL);
	assert_non_null(
		strstr(err.text, "format 'ip4' does not fit 'a', an unsigned integer of 8 bytes"));
	schema_free(schema);
}

static void found_by_name(void **state)
{
	const struct map cut = map_of("a_very_long_nam", 4, 4), other = map_of("a_very", 4, 4),
			 whole = map_of("a_very_long_name_of_a_map", 4, 4);
	struct schema *schema = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(parse("{'maps':{'a_very_long_name_of_a_map':{}}}", &schema, &err), 0);
	assert_non_null(found(schema, &cut));
	assert_null(found(schema, &other));
	schema_free(schema);
	/* as a list of maps shows it, of a map whose pin has it whole */
	assert_int_equal(parse("{'maps':{'a_very_long_nam':{}}}", &schema, &err), 0);
	assert_non_null(found(schema, &whole));
	schema_free(schema);
}

/* Two that the kernel would cut to the same name. */
static void names_that_begin_alike(void **state)
{
	static const char two[] = "{'maps':{'a_very_long_name':{'value':'u64'},"
				  "'a_very_long_namesake':{'value':'u32'},"
				  "'a_very_long_nam':{'key':'u16'}}}";
	const struct map narrow = map_of("a_very_long_nam", 2, 4);
	struct map cut = map_of("a_very_long_nam", 4, 4);
	const struct schema_map *entry = NULL;
	struct schema *schema = NULL;
	SCOPED(plan) plan = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(parse(two, &schema, &err), 0);
	assert_int_equal(schema_plan(found(schema, &narrow), &narrow, &plan, &err), 0);
	assert_string_equal(plan.fields[0].type, "u16"); /* the very name goes before */
	schema_free(schema);

	assert_int_equal(parse("{'maps':{'a_very_long_name':{'value':'u64'},"
			       "'a_very_long_namesake':{'value':'u32'}}}",
			       &schema, &err),
			 0);
	assert_string_equal(found(schema, &cut)->name, "a_very_long_namesake");
	cut.value_size = 8;
	assert_string_equal(found(schema, &cut)->name, "a_very_long_name");
	cut.value_size = 16; /* neither: the first says what doesn't fit */
	assert_string_equal(found(schema, &cut)->name, "a_very_long_name");
	schema_free(schema);

	assert_int_equal(parse("{'maps':{'a_very_long_name':{'value':'s32'},"
			       "'a_very_long_namesake':{'value':'u32'}}}",
			       &schema, &err),
			 0);
	cut.value_size = 4;
	assert_int_equal(schema_find(schema, &cut, &entry, &err), -EINVAL);
	assert_non_null(strstr(err.text, "schema 's.json' has both 'a_very_long_name' and "
					 "'a_very_long_namesake', and either may be map "
					 "'a_very_long_nam'"));
	schema_free(schema);
}

static void same_field(const struct field *a, const struct field *b)
{
	assert_string_equal(a->path, b->path);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->format->name, b->format->name);
	if (a->kind != b->kind || a->in_value != b->in_value || a->is_signed != b->is_signed ||
	    a->is_hidden != b->is_hidden || a->is_bitfield != b->is_bitfield ||
	    a->bit_shift != b->bit_shift || a->bit_size != b->bit_size || a->depth != b->depth ||
	    a->offset != b->offset || a->size != b->size || a->count != b->count ||
	    a->stride != b->stride || a->n_below != b->n_below || a->n_names != b->n_names)
		fail_msg("'%s' reads back otherwise", a->path);
	for (uint32_t i = 0; i < a->n_names; i++) {
		assert_string_equal(a->names[i].name, b->names[i].name);
		assert_true(a->names[i].value == b->names[i].value);
	}
	assert_string_equal(a->type, b->type);
}

static void reads_back(const struct map *map, const struct plan *plan)
{
	struct schema *schema = NULL;
	SCOPED(plan) again = {0};
	SCOPED(buf) text = {0};
	struct err err = {0};

	schema_write(&(struct schema_layout){.map = map, .plan = plan}, 1, &text);
	if (schema_parse("out", buf_text(&text), text.len, &schema, &err) < 0 ||
	    schema_plan(found(schema, map), map, &again, &err) < 0)
		fail_msg("%s\n%s", err.text, buf_text(&text));
	assert_int_equal(again.n_fields, plan->n_fields);
	assert_int_equal(again.n_variables, plan->n_variables);
	for (uint32_t i = 0; i < plan->n_fields; i++)
		same_field(&plan->fields[i], &again.fields[i]);
	schema_free(schema);
}

static void written_plans_read_back(void **state)
{
	static const struct {
		const char *text;
		uint32_t key_size, value_size;
	} cases[] = {
		{flows, 8, 16},
		{"{'maps':{'flows':{'key':{'type':'u64','format':'hex'},'value':{'ctype':'struct "
		 "v','size':82,"
		 "'fields':[{'name':'t','type':'char[4][8]'},{'name':'m','type':'u8[2][6]','format'"
		 ":'mac'},"
		 "{'name':'s','count':2,'fields':[{'name':'x','type':'s16'},{'fields':[{'name':'"
		 "anon',"
		 "'type':'bool'}]}],'hide':true},"
		 "{'name':'i','union':[{'name':'v4','type':'be32','format':'ip4'},{'name':'v6','"
		 "type':"
		 "'bytes[16]','format':'ip6'}],'size':17},"
		 "{'name':'l','type':'special[4]'},{'name':'e','type':'s16','values':{'A':-1,'B':2}"
		 ","
		 "'format':'flags'},{'name':'p','type':'ptr','offset':74}]}}}}",
		 8, 82},
		{"{'maps':{'flows':{'key':'bytes[3]','value':[{'name':'a','type':'u64','values':{'"
		 "ALL':"
		 "'0xffffffffffffffff'}},{'name':'b','type':'u32','bits':3},{'name':'c','type':'"
		 "s64',"
		 "'shift':5,'bits':50},{'name':'d','type':'bool','offset':24,'bit':3,'bits':1}]}}}",
		 3, 25},
		{"{'maps':{'flows':{'key':'u32','variables':[{'name':'v','type':'u64','offset':8},"
		 "{'name':'list','type':'u16[3]','offset':0,'format':'be16'}]}}}",
		 4, 32},
		{"{'maps':{'flows':{'key':'u32','value':[{'name':'q','type':'u32[2][4]',"
		 "'ctype':['quad_t[2]','quad_t','__u32']},{'name':'p','ctype':['pairs_t','pair_t'],"
		 "'count':3,'fields':[{'name':'x','type':'u16','ctype':'__u16'}]},"
		 "{'name':'n','type':'char[4][8]','ctype':['names_t','name_t']}]}}}",
		 4, 70},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct map map = map_of("flows", cases[i].key_size, cases[i].value_size);
		SCOPED(plan) plan = {0};

		compile(cases[i].text, &map, &plan);
		reads_back(&map, &plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example),
		cmocka_unit_test(kinds_and_places),
		cmocka_unit_test(bits_share_words),
		cmocka_unit_test(faults_are_said),
		cmocka_unit_test(sizes_that_disagree),
		cmocka_unit_test(a_format_that_does_not_fit),
		cmocka_unit_test(found_by_name),
		cmocka_unit_test(names_that_begin_alike),
		cmocka_unit_test(written_plans_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
