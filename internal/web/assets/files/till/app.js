// The till begins here.
