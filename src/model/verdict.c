/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence is summed over the last readings, then the first rule that holds names the kind; every caveat
 * that holds takes one from how sure it is. Rules, words and caveats are rows of tables.
 *
 * The working set is the size of an LRU map that would have kept KEPT_PART of the keys that returned,
 * from their stack distances (returns.h). A key returns at the distance of all keys used since it was
 * used last, so for a loop that is the length of the loop, for keys used at random their number, and for
 * skewed use what a window as long as the ghosts reach touches. */
#include "model/verdict.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/churn.h"
#include "model/maptype.h"
#include "model/table.h"

enum {
	LEAST_READINGS = 5,   /* fewer say nothing */
	CALM_READINGS = 30,   /* so long without a loss is calm */
	LEAST_FOLLOWED = 200, /* new keys: a share of 10 % is then known within 4 points */
	/* The kernel deals free entries to the CPUs by 128, halving that where a map is small: with 128
	 * CPUs so many may lie idle when one of them begins to evict. (kernel/bpf/bpf_lru_list.c) */
	IDLE_ENTRIES = 128 * 128,
	ONE_LIST_A_CPU = 1 << 1, /* BPF_F_NO_COMMON_LRU, include/uapi/linux/bpf.h */
};

static const double RETURNS_MANY = 0.10; /* of the new keys: the map is too small */
static const double RETURNS_FEW = 0.02;	 /* what is pushed out is not wanted again */
static const double CALM_LOSS = 0.001;	 /* of the entries a reading: as good as none */
static const double FAST_LOSS = 0.5;	 /* of the entries a reading: much goes unseen */
static const double KEPT_PART = 0.95;
static const double NEARLY = 0.95; /* of the ghosts' reach: further can't be seen */
static const double Z_95 = 1.96;

/* -- evidence -- */

static void add_point(struct verdict *v, const struct churn_point *point)
{
	v->n_readings++;
	v->n_unknown += isnan(point->new_rate) || isnan(point->gone_rate);
	v->window_ns += point->dt_ns;
	v->n_new += point->n_new;
	v->n_gone += point->n_gone;
	v->n_changed += point->n_changed;
	v->n_followed += point->returned.n_followed;
	v->n_back += point->returned.n_back;
	v->absent_ns = MAX_OF(v->absent_ns, point->returned.absent_ns);
}

static bool is_calm(const struct verdict *v)
{
	return (double)v->n_gone <= CALM_LOSS * (double)v->n_rows * v->n_readings;
}

/* The last RETURNS_READINGS; more when keys went in them, but too few to tell. */
static void add_points(struct verdict *v, const struct churn *churn)
{
	const struct churn_point *point;
	bool has_enough = false;

	for (unsigned i = 0; (point = churn_point(churn, i)); i++) {
		v->most_rows = MAX_OF(v->most_rows, point->n_rows);
		v->last_new = i ? v->last_new : point->n_new;
		if (i >= RETURNS_READINGS)
			has_enough |= is_calm(v) || v->n_followed >= LEAST_FOLLOWED;
		if (point->dt_ns && !has_enough)
			add_point(v, point);
	}
}

/* Wilson's interval (1927): it holds for few and for extreme shares too. */
static void judge_share(struct verdict *v)
{
	double n = (double)v->n_followed, z2 = Z_95 * Z_95, middle, half;

	v->share = v->share_low = v->share_high = NAN;
	if (!v->n_followed)
		return;
	v->share = (double)v->n_back / n;
	middle = (v->share + z2 / (2 * n)) / (1 + z2 / n);
	half = Z_95 / (1 + z2 / n) * sqrt(v->share * (1 - v->share) / n + z2 / (4 * n * n));
	v->share_low = fmax(middle - half, 0);
	v->share_high = fmin(middle + half, 1);
}

static bool pushes_out(const struct map *map, size_t most_rows)
{
	size_t idle = MIN_OF(map->max_entries / 2, (uint32_t)IDLE_ENTRIES);

	if (!map->type->is_lru)
		return false;
	/* Each CPU has its share to itself and may fill it while others are empty. */
	return map->flags & ONE_LIST_A_CPU || most_rows + idle >= map->max_entries;
}

/* -- kinds -- */

static bool never_changes(const struct verdict *v)
{
	return v->is_array;
}

static bool are_consumed(const struct verdict *v)
{
	return v->are_records;
}

static bool is_early(const struct verdict *v)
{
	return v->n_readings < LEAST_READINGS;
}

static bool is_full(const struct verdict *v)
{
	return !v->is_lru && v->max_entries && v->n_rows >= v->max_entries;
}

static bool is_kept(const struct verdict *v)
{
	return !v->n_gone || (is_calm(v) && v->n_readings >= CALM_READINGS);
}

static bool is_deleted(const struct verdict *v)
{
	return !v->evicts;
}

static bool is_thin(const struct verdict *v)
{
	return v->n_followed < LEAST_FOLLOWED;
}

static bool many_return(const struct verdict *v)
{
	return v->share >= RETURNS_MANY;
}

static bool few_return(const struct verdict *v)
{
	return v->share >= RETURNS_FEW;
}

/* Whatever comes round later than once the map's size could not have been seen to return. */
static bool is_very_short(const struct verdict *v)
{
	return v->total_gone < v->n_rows;
}

static bool always(const struct verdict *v)
{
	(void)v;
	return true;
}

/* The first that holds. */
static const struct rule {
	bool (*holds)(const struct verdict *v);
	enum verdict_kind kind;
} rules[] = {
	{never_changes, VERDICT_NONE},	{are_consumed, VERDICT_RECORDS},
	{is_early, VERDICT_NOT_ENOUGH}, {is_full, VERDICT_FULL},
	{is_kept, VERDICT_FITS},	{is_deleted, VERDICT_NATURAL},
	{is_thin, VERDICT_NOT_ENOUGH},	{many_return, VERDICT_TOO_SMALL},
	{few_return, VERDICT_MIXED},	{is_very_short, VERDICT_NOT_ENOUGH},
	{always, VERDICT_SCAN},
};

/* -- caveats -- */

#define KIND(kind) (1U << VERDICT_##kind)
enum { BY_RETURNS = KIND(TOO_SMALL) | KIND(MIXED) | KIND(SCAN) };

static bool crosses(const struct verdict *v, double limit)
{
	return v->share_low < limit && v->share_high >= limit;
}

static bool is_near_limit(const struct verdict *v)
{
	return crosses(v, RETURNS_MANY) || crosses(v, RETURNS_FEW);
}

static bool is_fast(const struct verdict *v)
{
	return (double)v->n_gone > FAST_LOSS * (double)v->n_rows * v->n_readings;
}

static bool is_short(const struct verdict *v)
{
	return (double)v->total_gone < (double)v->max_entries * RETURNS_REACH;
}

static bool is_brief(const struct verdict *v)
{
	return v->n_readings < CALM_READINGS;
}

static bool has_gaps(const struct verdict *v)
{
	return v->n_unknown > 0;
}

static bool is_filling(const struct verdict *v)
{
	return (double)v->last_new > CALM_LOSS * (double)v->n_rows;
}

static const struct caveat {
	unsigned kinds; /* that it speaks against */
	bool (*holds)(const struct verdict *v);
	const char *words;
} caveats[] = {
	{BY_RETURNS, is_near_limit, "few new keys were seen, and the share lies near a limit"},
	{KIND(SCAN) | KIND(MIXED), is_fast,
	 "half of the map goes between two readings, and much unseen: read more often"},
	{KIND(SCAN), is_short, "a key that comes round later than was watched would not show"},
	{KIND(FITS) | KIND(NATURAL), is_brief, "watched for a short time"},
	{KIND(FITS), is_filling, "new keys still come: the map is filling"},
	{BY_RETURNS | KIND(FITS) | KIND(NATURAL) | KIND(FULL), has_gaps,
	 "some readings were not complete"},
};

static void find_working_set(struct verdict *v, const struct table *table)
{
	double reach = (double)v->max_entries * (RETURNS_REACH + 1) * NEARLY;

	v->working_set = NAN;
	if (v->kind == VERDICT_FITS)
		v->working_set = (double)v->n_rows;
	if (v->kind == VERDICT_TOO_SMALL || v->kind == VERDICT_MIXED)
		v->working_set = returns_size_for(&table->returns, KEPT_PART);
	v->is_at_least = v->working_set >= reach || (v->kind == VERDICT_FITS && is_filling(v));
}

static void weigh(struct verdict *v)
{
	int sure = SURE_YES;

	for (unsigned i = 0; i < ARRAY_LEN(caveats); i++) {
		if (!(caveats[i].kinds & 1U << v->kind) || !caveats[i].holds(v))
			continue;
		v->caveats |= 1U << i;
		sure--;
	}
	if (v->kind == VERDICT_NOT_ENOUGH)
		sure = SURE_GUESS;
	v->sure = (enum sureness)MAX_OF(sure, (int)SURE_GUESS);
}

void verdict_make(const struct table *table, struct verdict *verdict_ret)
{
	/* Also while the table is looked back at. */
	const struct snap *newest = table->past.back ? table->past.now.current : table->current;
	const struct map *map = &table->map;
	uint64_t since_ns = returns_since_ns(&table->returns);
	struct verdict v = {
		.n_rows = newest->n_rows,
		.max_entries = map->max_entries,
		.followed = table->returns.share,
		.total_gone = table->churn.total_gone,
		.death_age = churn_death_age(&table->churn, 0.5),
		.is_array = map->type->is_array || table->plan.is_variables,
		.is_lru = map->type->is_lru,
		.are_records = table->plan.record_from || newest->ring.size_bytes,
	};

	add_points(&v, &table->churn);
	judge_share(&v);
	v.evicts = pushes_out(map, v.most_rows);
	if (since_ns)
		v.remembered_ns = newest->ended_ns - since_ns;
	for (unsigned i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].holds(&v)) {
			v.kind = rules[i].kind;
			break;
		}
	find_working_set(&v, table);
	weigh(&v);
	*verdict_ret = v;
}

/* -- words -- */

static void add_count(struct buf *out, double n)
{
	num_short(out, n, 1000);
}

static void say_none(const struct verdict *v, struct buf *out)
{
	(void)v;
	buf_adds(out, "its keys neither come nor go");
}

static void say_records(const struct verdict *v, struct buf *out)
{
	(void)v;
	buf_adds(out,
		 "they go when they are consumed; whether there is room for them is told by how "
		 "full the ring gets");
}

static void say_not_enough(const struct verdict *v, struct buf *out)
{
	if (is_early(v)) {
		buf_addf(out, "%u of %d readings", v->n_readings, (int)LEAST_READINGS);
	} else if (is_thin(v)) {
		buf_addf(out, "%zu of %d new keys since the first went", v->n_followed,
			 (int)LEAST_FOLLOWED);
	} else {
		buf_adds(out, "hardly any key returned, but only ");
		add_count(out, (double)v->total_gone);
		buf_adds(out, " went, less than the ");
		add_count(out, (double)v->n_rows);
		buf_adds(out, " that are there");
	}
}

static void say_full(const struct verdict *v, struct buf *out)
{
	(void)v;
	buf_adds(out, "new keys are refused until others are deleted");
}

static void say_fits(const struct verdict *v, struct buf *out)
{
	if (v->n_gone)
		buf_addf(out, "only %zu of ", v->n_gone);
	else
		buf_adds(out, "none of ");
	add_count(out, (double)v->n_rows);
	buf_addf(out, " %s went within ", num_noun(v->n_rows, "entry", "entries"));
	num_duration(out, (double)v->window_ns);
}

static void say_natural(const struct verdict *v, struct buf *out)
{
	if (v->is_lru) {
		buf_adds(out, "entries go while the map is ");
		num_percent(out, (double)v->most_rows / (double)v->max_entries);
		buf_adds(out, " full at most, so they are deleted, not pushed out");
	} else {
		buf_adds(out, "entries go because they are deleted; this type pushes none out");
	}
}

static void add_share(const struct verdict *v, struct buf *out)
{
	num_percent(out, v->share);
	buf_adds(out, " of new keys had been there within the last ");
	num_duration(out, (double)v->absent_ns);
}

static void add_working_set(const struct verdict *v, struct buf *out)
{
	buf_adds(out, v->is_at_least ? "at least " : "about ");
	add_count(out, v->working_set);
	buf_addf(out, " %s", num_noun((uint64_t)v->working_set, "entry", "entries"));
}

static void say_too_small(const struct verdict *v, struct buf *out)
{
	add_share(v, out);
	buf_adds(out, "; the working set looks like ");
	add_working_set(v, out);
}

static void say_mixed(const struct verdict *v, struct buf *out)
{
	add_share(v, out);
	buf_adds(out, "; ");
	add_working_set(v, out);
	buf_adds(out, " would keep those, most others are seen once");
}

static void say_scan(const struct verdict *v, struct buf *out)
{
	buf_adds(out, "new keys push others out, ");
	if (v->n_back) {
		buf_adds(out, "of which ");
		num_percent(out, v->share);
	} else {
		buf_adds(out, "of which none");
	}
	buf_adds(out, " came back within ");
	num_duration(out, (double)v->remembered_ns);
	buf_adds(out, ": more room would not help");
}

static const struct kind_row {
	const char *name, *word;
	void (*say)(const struct verdict *v, struct buf *out);
} kind_rows[] = {
	[VERDICT_NONE] = {"none", "no churn", say_none},
	[VERDICT_RECORDS] = {"records", "records", say_records},
	[VERDICT_NOT_ENOUGH] = {"not_enough", "not enough seen yet", say_not_enough},
	[VERDICT_FULL] = {"full", "full", say_full},
	[VERDICT_FITS] = {"fits", "fits", say_fits},
	[VERDICT_NATURAL] = {"natural", "turnover is natural", say_natural},
	[VERDICT_TOO_SMALL] = {"too_small", "too small", say_too_small},
	[VERDICT_MIXED] = {"mixed", "a little too small", say_mixed},
	[VERDICT_SCAN] = {"scan", "a scan", say_scan},
};
_Static_assert(ARRAY_LEN(kind_rows) == N_VERDICT_KINDS, "every kind of verdict has its words");

const char *verdict_name(enum verdict_kind kind)
{
	return kind_rows[kind].name;
}

const char *verdict_word(enum verdict_kind kind)
{
	return kind_rows[kind].word;
}

const char *verdict_sure(enum sureness sure)
{
	static const char *const names[N_SURENESSES] = {
		[SURE_GUESS] = "a guess", [SURE_LIKELY] = "likely", [SURE_YES] = "sure"};

	return names[sure];
}

void verdict_text(const struct verdict *verdict, struct buf *out)
{
	buf_addf(out, "%s: ", kind_rows[verdict->kind].word);
	kind_rows[verdict->kind].say(verdict, out);
}

const char *verdict_caveat(const struct verdict *verdict, unsigned i)
{
	for (unsigned at = 0; at < ARRAY_LEN(caveats); at++)
		if (verdict->caveats & 1U << at && i-- == 0)
			return caveats[at].words;
	return NULL;
}
