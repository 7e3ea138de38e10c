namespace Wsmq;

/// <summary>What a stop cancels: first that handlers begin, and later the handlers that run.</summary>
/// <param name="Begin">Cancelled with the call of the stop: from then on no handler is called.</param>
/// <param name="Handle">What handlers are given: cancelled once what they may still send has its receipt.</param>
internal readonly record struct RunTokens(CancellationToken Begin, CancellationToken Handle);
