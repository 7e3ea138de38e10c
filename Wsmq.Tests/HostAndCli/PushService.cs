using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// A push service and a browser that has subscribed there: checks the signature of each push (RFC 8292), and decrypts it (RFC 8188 and 8291).
/// </summary>
internal sealed partial class PushService : IAsyncDisposable
{
    private const int PointLength = 65;
    private const int CoordinateLength = 32;
    private const int SaltLength = 16;
    private const int TagLength = 16;

    private readonly ECDiffieHellman _browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SaltLength);
    private readonly ConcurrentQueue<(string Subscription, string Content, string? Topic)> _pushes = [];
    private readonly WebApplication _app;
    private readonly string _appKey;
    private int _abandoned;

    private PushService(WebApplication app, string appKey)
    {
        (_app, _appKey) = (app, appKey);
        app.MapPost("/push/{subscription}", TakeAsync);
    }

    /// <summary>What the browser got, in order.</summary>
    public IReadOnlyList<(string Subscription, string Content, string? Topic)> Pushes => [.. _pushes];

    /// <summary>Answers all pushes with this status in place of 201.</summary>
    public int? Refusal { get; set; }

    /// <summary>Whether pushes have no answer until it is false.</summary>
    public bool IsHeld { get; set; }

    /// <summary>How many calls have ended without an answer.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <param name="appKey">The public key of the app, with which the browser subscribes.</param>
    public static async Task<PushService> StartAsync(string appKey)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new PushService(builder.Build(), appKey);
        await service._app.StartAsync();
        return service;
    }

    /// <summary>A subscription as a browser gives it to a page.</summary>
    public object Subscribe(string name) => new
    {
        endpoint = $"{_app.Urls.Single()}/push/{name}",
        keys = new { p256dh = Base64Url.EncodeToString(PointOf(_browser)), auth = Base64Url.EncodeToString(_secret) },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _browser.Dispose();
    }

    private async Task<IResult> TakeAsync(string subscription, HttpRequest request, CancellationToken aborted)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, aborted);
        if (!await IsSignedAsync(request.Headers.Authorization.ToString()))
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        _pushes.Enqueue((subscription, Decrypt(body.ToArray()), request.Headers["Topic"]));
        await Eventually.That("pushes are answered", () => !IsHeld || aborted.IsCancellationRequested);
        if (aborted.IsCancellationRequested)
            Interlocked.Increment(ref _abandoned);
        return Results.StatusCode(Refusal ?? StatusCodes.Status201Created);
    }

    private async Task<bool> IsSignedAsync(string authorization)
    {
        var parts = Vapid().Match(authorization);
        var key = Base64Url.DecodeFromChars(parts.Groups["key"].Value);
        using var signer = ECDsa.Create(ParametersOf(key));
        var judged = await new JsonWebTokenHandler().ValidateTokenAsync(parts.Groups["token"].Value, new TokenValidationParameters
        {
            // The package leaves out the port: push services have the usual one.
            ValidAudience = new Uri(_app.Urls.Single()).GetComponents(UriComponents.Scheme | UriComponents.Host, UriFormat.Unescaped),
            ValidateIssuer = false, IssuerSigningKey = new ECDsaSecurityKey(signer),
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        });
        return judged.IsValid && parts.Groups["key"].Value.TrimEnd('=') == _appKey;
    }

    // One record: salt, size of a record, length of the sender's key, the key, the content and a delimiter.
    private string Decrypt(byte[] body)
    {
        var salt = body[..SaltLength];
        BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(SaltLength)).Should().BeGreaterThanOrEqualTo(body.Length - SaltLength - PointLength - 5);
        body[SaltLength + sizeof(int)].Should().Be(PointLength);
        var point = body.AsSpan(SaltLength + sizeof(int) + 1, PointLength).ToArray();
        using var sender = ECDiffieHellman.Create(ParametersOf(point));
        var agreed = HKDF.Extract(HashAlgorithmName.SHA256, _browser.DeriveRawSecretAgreement(sender.PublicKey), _secret);
        var secret = HKDF.Expand(HashAlgorithmName.SHA256, agreed, 32, [.. "WebPush: info\0"u8, .. PointOf(_browser), .. point]);
        var shared = HKDF.Extract(HashAlgorithmName.SHA256, secret, salt);
        var key = HKDF.Expand(HashAlgorithmName.SHA256, shared, 16, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.Expand(HashAlgorithmName.SHA256, shared, 12, "Content-Encoding: nonce\0"u8.ToArray());
        var encrypted = body.AsSpan(SaltLength + sizeof(int) + 1 + PointLength);
        var plain = new byte[encrypted.Length - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(nonce, encrypted[..^TagLength], encrypted[^TagLength..], plain);
        return Encoding.UTF8.GetString(plain.AsSpan(0, plain.AsSpan().LastIndexOf((byte)2)));
    }

    private static byte[] PointOf(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. point.X!, .. point.Y!];
    }

    private static ECParameters ParametersOf(byte[] point) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = point[1..(1 + CoordinateLength)], Y = point[(1 + CoordinateLength)..] },
    };

    [GeneratedRegex("^vapid t=(?<token>[^,]+), ?k=(?<key>.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex Vapid();
}
