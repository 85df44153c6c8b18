### start
