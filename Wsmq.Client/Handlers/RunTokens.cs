namespace Wsmq;

/// <summary>The two tokens of a run, which a stop cancels one after the other.</summary>
/// <param name="Begin">Cancelled when the stop is called: from then on no handler is called.</param>
/// <param name="Handle">The handlers' token: cancelled once the sends in flight have their receipts or have timed out.</param>
internal readonly record struct RunTokens(CancellationToken Begin, CancellationToken Handle);
