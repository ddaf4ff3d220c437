/**
 * Words for made-up container names: how a ship or its load may be, and people
 * of computing, engineering and seafaring.
 *
 * @module
 */

/** First halves. */
export const ADJECTIVES: readonly string[] =
  ("able airy amber ample apt azure balmy bonny bright brisk buoyant calm " +
    "candid chief civil clear coastal crisp daring deft double earnest easy " +
    "even fair fleet fluent frank fresh gentle golden grand handy hardy hearty " +
    "humble ideal inland keen kind level light lively lofty loyal lucid lunar " +
    "mellow merry mighty mild modest nimble noble northern open patient plain " +
    "polar prime proper proud quick quiet rapid ready robust rosy round royal " +
    "safe sandy sharp silent silver simple sleek smooth snug solar solid spry " +
    "stable stark steady stout sunny sure swift tidal tidy tranquil trim true " +
    "upbeat valiant vast vivid warm wide windward wise").split(" ");

/** Second halves. */
export const SURNAMES: readonly string[] =
  ("aiken amundsen atanasoff backus barents baudot bering boole brunel bush " +
    "cabot cerf church clarke conway cook cray dahl drake eckert eiffel ellicott " +
    "engelbart erlang ershov faggin flowers floyd forrester frisius gama glushkov " +
    "gray hamming hartley harrison heaviside hoare holberton hollerith hudson " +
    "huffman huygens iverson kahn karp kay kildall kilburn kleene lamarck " +
    "laperouse lebedev licklider liskov lukasiewicz magellan markov mauchly " +
    "maury mccarthy mclean mercator minsky molnar nansen naur neumann newell " +
    "nygaard nyquist orchard perlis pike plimsoll polo post postel rabin rado " +
    "randell ross rutishauser sammet scott shannon shima simon spence stibitz " +
    "strachey strowger sverdrup tarjan tasman telford thompson tukey tupaia " +
    "ulam vancouver vespucci watt wheeler wilkes wilkinson wirth zheng zuse")
    .split(" ");
