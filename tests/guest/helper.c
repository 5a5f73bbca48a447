#include "helper.h"
int helper(char *argv[]){ (void)argv; return 0;}
