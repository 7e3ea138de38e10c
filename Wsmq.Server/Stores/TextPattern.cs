namespace Wsmq.Server.Stores;

/// <summary>A text of which each <c>*</c> stands for any characters, also none. Letters are compared as they are.</summary>
internal sealed class TextPattern
{
    private const char Any = '*';

    private TextPattern(string[] parts) => Parts = parts;

    /// <summary>The texts between the stars; at least one, and any of them may be empty.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>What every match begins with.</summary>
    public string Prefix => Parts[0];

    /// <summary>A text with stars; without one, all texts that begin with it are meant.</summary>
    public static TextPattern OfSearch(string text) => new((text.Contains(Any, StringComparison.Ordinal) ? text : text + Any).Split(Any));

    /// <summary>A text with stars; without one, only the text itself is meant.</summary>
    public static TextPattern Of(string text) => new(text.Split(Any));

    public bool Matches(string? text)
    {
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        if (Parts.Count == 1)
            return text.Length == Prefix.Length;
        var at = Prefix.Length;
        for (var i = 1; i < Parts.Count - 1; i++)
        {
            var found = text.IndexOf(Parts[i], at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + Parts[i].Length;
        }

        return text.Length - at >= Parts[^1].Length && text.EndsWith(Parts[^1], StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(Any, Parts);
}
