namespace Wsmq.Host.Configuration;

/// <summary>Section <c>Wsmq:Tokens</c>: what the framework's section for bearer tokens has no key for.</summary>
internal sealed class TokenSettings
{
    /// <summary>
    /// The key that decrypts encrypted tokens (JWE), in base64: 32 bytes for A256KW and for dir with A128CBC-HS256, 64 bytes for dir
    /// with A256CBC-HS512.
    /// </summary>
    public string? DecryptionKey { get; set; }

    internal byte[]? DecryptionKeyBytes { get; private set; }

    public void Check()
    {
        if (DecryptionKey is null)
            return;
        const string Name = $"{HostSettings.Section}:Tokens:{nameof(DecryptionKey)}";
        var buffer = new byte[DecryptionKey.Length];
        // The value is a secret: no error message may contain it.
        if (!Convert.TryFromBase64String(DecryptionKey, buffer, out var length))
            throw new HostRefusal($"{Name} is not valid base64.");
        if (length is not (32 or 64))
        {
            throw new HostRefusal(
                $"{Name} has {length} bytes; it must have 32 (A256KW, or dir with A128CBC-HS256) or 64 (dir with A256CBC-HS512).");
        }

        DecryptionKeyBytes = buffer[..length];
    }
}
