using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace WebPush;

/// <summary>The key pair of the app (VAPID): on the curve P-256, in base64url.</summary>
public sealed class PushKeys
{
    // An uncompressed point.
    private const byte Uncompressed = 4;

    public PushKeys(IOptions<PushOptions> options)
    {
        if (options.Value is { PublicKey: { } known, PrivateKey: { } secret })
        {
            (PublicKey, PrivateKey) = (known, secret);
            return;
        }

        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = pair.ExportParameters(includePrivateParameters: true);
        PublicKey = Base64Url.EncodeToString([Uncompressed, .. made.Q.X!, .. made.Q.Y!]);
        PrivateKey = Base64Url.EncodeToString(made.D);
    }

    public string PublicKey { get; }

    public string PrivateKey { get; }
}
