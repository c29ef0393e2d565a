/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The formats that rows are written in. */
#include "out/out.h"

#include <string.h>

#include "base/tidy.h"
#include "model/table.h"
#include "query/group.h"

static const struct out_ops *const outputs[] = {&out_text, &out_json,	     &out_jsonl,  &out_csv,
						&out_prom, &out_openmetrics, &out_bpftool};

const struct out_ops *out_at(unsigned i)
{
	return i < ARRAY_LEN(outputs) ? outputs[i] : NULL;
}

const struct out_ops *out_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		if (strcmp(outputs[i]->name, name) == 0)
			return outputs[i];
	return NULL;
}

const struct table *out_base(const struct table *table, const struct out_job *job)
{
	return job->groups ? job->groups->base : table;
}

bool out_has_totals(const struct out_job *job)
{
	return job->groups && job->groups->totals && table_n_live(job->groups->totals);
}

bool out_total_of(const struct table *table, const struct out_job *job, const struct column *column,
		  struct column *total_ret)
{
	return group_total_of(table, job->groups->totals, column, total_ret);
}
