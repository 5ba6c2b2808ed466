// Package pgtest gives tests a PostgreSQL of their own: one private server per test binary, one fresh database per test. The
// server listens on a Unix socket only, writes nothing to the disk that must last, and ends with the tests, however they end. The
// benchmark, which is no test, starts one of its own.
package pgtest
