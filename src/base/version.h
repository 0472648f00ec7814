/*
 * The version of the program. The Makefile reads it from here for the manual.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define CHECKPOINT_VERSION "0.1.0"

#endif
