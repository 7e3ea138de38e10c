namespace Wsmq.Server.Publishing;

/// <summary>The texts of the refusals of one call, each once: thousands of results may say the same. Not thread-safe.</summary>
internal sealed class RefusalTexts
{
    private const int MostTexts = 32;

    // A limit says to each a time of its own; the first one's is right for all of a call, which come back together.
    private readonly Dictionary<WsmqError, WsmqException> _limits = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    public (string Text, TimeSpan? RetryAfter) Of(WsmqException error)
    {
        if (error.RetryAfter is not null)
        {
            var first = _limits.TryGetValue(error.Error, out var limited) ? limited : _limits[error.Error] = error;
            return (first.Message, first.RetryAfter);
        }

        if (_texts.TryGetValue(error.Message, out var text))
            return (text, null);

        // Details come from the code; those of a body may name a place in it, and are then as many as there are messages.
        text = _texts.Count < MostTexts ? error.Message : error.Error.ToString();
        if (_texts.TryGetValue(text, out var general))
            return (general, null);
        _texts.Add(text);
        return (text, null);
    }
}
