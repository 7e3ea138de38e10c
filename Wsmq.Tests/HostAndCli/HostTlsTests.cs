using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Connections.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>TLS by configuration alone: a real host, a self-signed certificate, and clients that trust only that certificate.</summary>
public sealed class HostTlsTests : IAsyncLifetime
{
    private const string Https = "Kestrel:Endpoints:Https";
    private const string Password = "secret of a test";
    private readonly Tools _tools = new();
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _certificate = TestCertificate.Make();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _tools.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_are_sent_over_TLS_with_a_certificate_from_the_configuration(bool pem)
    {
        await _tools.StartHostAsync([$"--{Https}:Url", "https://127.0.0.1:0", .. pem ? Pem() : Pfx()]);
        _tools.Url.Should().StartWith("https://");
        var token = _tools.Token("bob");

        await using var bob = await TypedClient.StartAsync(new Uri(_tools.Url), "bob", configure: o =>
        {
            o.AccessTokenProvider = _ => Task.FromResult<string?>(token);
            o.ConfigureHttp = Trust;
        });
        await bob.SendAsync("user:bob", 1);
        await bob.HandlesAsync([1]);

        await using var stranger = new TypedClient(new Uri(_tools.Url), "bob", null, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(token));
        using var stop = new CancellationTokenSource();
        var starting = stranger.Client.StartAsync(stop.Token);
        await Eventually.That("the certificate is not trusted", () => stranger.Errors.Any(e => e.Exception.ToString().Contains("certificate", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await starting.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_missing_certificate_file_fails_the_start_with_its_name()
    {
        await using var host = Tools.StartHost(
            "Development", _folder.File("data"), $"--{Https}:Url", "https://127.0.0.1:0", $"--{Https}:Certificate:Path", _folder.File("none.pem"));

        (await host.ExitCodeAsync()).Should().Be(1);
        host.Error.Should().Contain("none.pem").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", true)]
    [InlineData("http://*:0", true)]
    [InlineData("http://127.0.0.1:0", false)]
    public async Task Plain_HTTP_on_a_non_loopback_address_is_reported(string url, bool hint)
    {
        await _tools.StartHostAsync("--urls", url);
        var hinted = () => _tools.Host.Output.Any(line => line.Contains("without TLS", StringComparison.Ordinal));
        if (hint)
            await Eventually.That("it is reported", hinted);
        else
            hinted().Should().BeFalse();
    }

    private void Trust(HttpConnectionOptions http)
    {
        http.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback =
            (_, seen, _, _) => seen?.GetCertHashString(HashAlgorithmName.SHA256) == _certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private string[] Pem()
    {
        File.WriteAllText(_folder.File("wsmq.pem"), _certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File("wsmq.key"), _certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return [$"--{Https}:Certificate:Path", _folder.File("wsmq.pem"), $"--{Https}:Certificate:KeyPath", _folder.File("wsmq.key")];
    }

    private string[] Pfx()
    {
        File.WriteAllBytes(_folder.File("wsmq.pfx"), _certificate.Export(X509ContentType.Pkcs12, Password));
        return [$"--{Https}:Certificate:Path", _folder.File("wsmq.pfx"), $"--{Https}:Certificate:Password", Password];
    }
}
