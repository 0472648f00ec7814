/*
 * How the page of a report looks: its style sheet. There is no "<" and no "&"
 * in it, so that it needs no escaping in XML.
 */
#ifndef UI_REPORT_STYLE_H
#define UI_REPORT_STYLE_H

extern const char report_style[];

#endif
