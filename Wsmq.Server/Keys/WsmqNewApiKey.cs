namespace Wsmq;

/// <summary>A key that was just created, with the text that its program sends. The text is not stored, and cannot be read again.</summary>
/// <param name="key">The key.</param>
/// <param name="text">The text that the program sends.</param>
public sealed class WsmqNewApiKey(WsmqApiKey key, string text)
{
    /// <summary>The key.</summary>
    public WsmqApiKey Key { get; } = key;

    /// <summary>What the program sends, as a bearer token or in the header <c>X-Api-Key</c>. A secret.</summary>
    public string Text { get; } = text;
}
