/* SPDX-License-Identifier: Apache-2.0 */
/* library.h - libduckdb.so, opened at run time: its functions as a table of pointers.
 *
 * Linked, it would cost every process of ours 13 MB.  Only engine/ sees this.
 *
 * Thread: library_load anywhere; the table is constant afterwards. */
#ifndef ENGINE_LIBRARY_H
#define ENGINE_LIBRARY_H

#include <duckdb.h>

#include "base/err.h"

/* Every function of the engine that we call, once; the types come from its own header. */
#define LIBRARY_FUNCTIONS(X)                                                                       \
    X(duckdb_library_version)                                                                      \
    X(duckdb_create_config)                                                                        \
    X(duckdb_set_config)                                                                           \
    X(duckdb_destroy_config)                                                                       \
    X(duckdb_open_ext)                                                                             \
    X(duckdb_close)                                                                                \
    X(duckdb_connect)                                                                              \
    X(duckdb_disconnect)                                                                           \
    X(duckdb_interrupt)                                                                            \
    X(duckdb_free)                                                                                 \
    X(duckdb_query)                                                                                \
    X(duckdb_prepare)                                                                              \
    X(duckdb_prepare_error)                                                                        \
    X(duckdb_destroy_prepare)                                                                      \
    X(duckdb_prepared_statement_column_count)                                                      \
    X(duckdb_prepared_statement_column_name)                                                       \
    X(duckdb_prepared_statement_column_logical_type)                                               \
    X(duckdb_prepared_statement_type)                                                              \
    X(duckdb_pending_prepared_streaming)                                                           \
    X(duckdb_pending_error)                                                                        \
    X(duckdb_execute_pending)                                                                      \
    X(duckdb_destroy_pending)                                                                      \
    X(duckdb_result_error)                                                                         \
    X(duckdb_result_error_type)                                                                    \
    X(duckdb_destroy_result)                                                                       \
    X(duckdb_rows_changed)                                                                         \
    X(duckdb_column_count)                                                                         \
    X(duckdb_column_name)                                                                          \
    X(duckdb_column_logical_type)                                                                  \
    X(duckdb_fetch_chunk)                                                                          \
    X(duckdb_destroy_data_chunk)                                                                   \
    X(duckdb_data_chunk_get_size)                                                                  \
    X(duckdb_data_chunk_set_size)                                                                  \
    X(duckdb_data_chunk_get_column_count)                                                          \
    X(duckdb_data_chunk_get_vector)                                                                \
    X(duckdb_vector_size)                                                                          \
    X(duckdb_vector_get_data)                                                                      \
    X(duckdb_vector_get_validity)                                                                  \
    X(duckdb_vector_ensure_validity_writable)                                                      \
    X(duckdb_vector_get_column_type)                                                               \
    X(duckdb_unsafe_vector_assign_string_element_len)                                              \
    X(duckdb_list_vector_get_child)                                                                \
    X(duckdb_array_vector_get_child)                                                               \
    X(duckdb_struct_vector_get_child)                                                              \
    X(duckdb_get_type_id)                                                                          \
    X(duckdb_decimal_width)                                                                        \
    X(duckdb_decimal_scale)                                                                        \
    X(duckdb_decimal_internal_type)                                                                \
    X(duckdb_list_type_child_type)                                                                 \
    X(duckdb_array_type_child_type)                                                                \
    X(duckdb_array_type_array_size)                                                                \
    X(duckdb_map_type_key_type)                                                                    \
    X(duckdb_map_type_value_type)                                                                  \
    X(duckdb_struct_type_child_count)                                                              \
    X(duckdb_struct_type_child_name)                                                               \
    X(duckdb_struct_type_child_type)                                                               \
    X(duckdb_create_logical_type)                                                                  \
    X(duckdb_create_decimal_type)                                                                  \
    X(duckdb_create_struct_type)                                                                   \
    X(duckdb_destroy_logical_type)                                                                 \
    X(duckdb_create_scalar_function)                                                               \
    X(duckdb_destroy_scalar_function)                                                              \
    X(duckdb_scalar_function_set_name)                                                             \
    X(duckdb_scalar_function_set_special_handling)                                                 \
    X(duckdb_scalar_function_set_volatile)                                                         \
    X(duckdb_scalar_function_add_parameter)                                                        \
    X(duckdb_scalar_function_set_return_type)                                                      \
    X(duckdb_scalar_function_set_extra_info)                                                       \
    X(duckdb_scalar_function_get_extra_info)                                                       \
    X(duckdb_scalar_function_set_function)                                                         \
    X(duckdb_scalar_function_set_error)                                                            \
    X(duckdb_register_scalar_function)                                                             \
    X(duckdb_create_table_function)                                                                \
    X(duckdb_destroy_table_function)                                                               \
    X(duckdb_table_function_set_name)                                                              \
    X(duckdb_table_function_set_extra_info)                                                        \
    X(duckdb_table_function_set_bind)                                                              \
    X(duckdb_table_function_set_init)                                                              \
    X(duckdb_table_function_set_local_init)                                                        \
    X(duckdb_table_function_set_function)                                                          \
    X(duckdb_table_function_supports_projection_pushdown)                                          \
    X(duckdb_register_table_function)                                                              \
    X(duckdb_bind_get_extra_info)                                                                  \
    X(duckdb_bind_add_result_column)                                                               \
    X(duckdb_bind_set_cardinality)                                                                 \
    X(duckdb_init_get_extra_info)                                                                  \
    X(duckdb_init_set_init_data)                                                                   \
    X(duckdb_init_get_column_count)                                                                \
    X(duckdb_init_get_column_index)                                                                \
    X(duckdb_init_set_max_threads)                                                                 \
    X(duckdb_function_get_extra_info)                                                              \
    X(duckdb_function_get_init_data)

#define LIBRARY_MEMBER(name) __typeof__ (&(name))(name);

struct library {
    LIBRARY_FUNCTIONS(LIBRARY_MEMBER)
};

/* `path` NULL: searched for as engine.h says.  It is loaded once for the process, and stays: what
 * a later call asks for does not matter then. */
MUST_CHECK const struct library *library_load(const char *path, struct err *err);
/* The same for a function that the engine calls: it gets a handle and no pointer of ours, and
 * needs the library to look into the handle.  NULL before library_load. */
const struct library *library_loaded(void);

#endif
