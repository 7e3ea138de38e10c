using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>A Redis that is reached over TLS, with a certificate issued by a private certificate authority.</summary>
public sealed class RedisTlsTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RedisServer _redis = null!;
    private readonly ReservedPort _port = ReservedPort.Take();

    private string Configuration => $"127.0.0.1:{_port.Number},ssl=true,connectTimeout=3000,connectRetry=1,{AclUser.Credentials}";

    public async Task InitializeAsync()
    {
        Issue("ca", "server");
        Issue("other-ca", "other");
        _redis = await RedisServer.StartAsync(
            appendOnly: false, "--tls-port", $"{_port.Number:D}", "--tls-auth-clients", "no", "--tls-cert-file", _folder.File("server.pem"),
            "--tls-key-file", _folder.File("server.key"), "--tls-ca-cert-file", _folder.File("ca.pem"));
        await AclUser.CreateAsync(_redis, AclUser.Rules);
    }

    public async Task DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        _port.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_node_that_trusts_the_certificate_authority_connects()
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseRedis(Configuration, o => o.ConfigureConnection = c => c.TrustIssuer(_folder.File("ca.pem"))));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.SendAsync("user:bob", "hi");
        await bob.ReceivesAsync("\"hi\"");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("other-ca")]
    public async Task A_node_that_does_not_trust_the_certificate_authority_fails_to_start(string? authority)
    {
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis(Configuration, o =>
        {
            if (authority is not null)
                o.ConfigureConnection = c => c.TrustIssuer(_folder.File(authority + ".pem"));
        })));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("cannot be reached");
        refused!.ToString().Should().NotContain(AclUser.Password);
    }

    private void Issue(string authority, string server)
    {
        var now = DateTimeOffset.UtcNow;
        using var issuerKey = RSA.Create(2048);
        var request = new CertificateRequest($"CN={authority}", issuerKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(_folder.File(authority + ".pem"), issuer.ExportCertificatePem());

        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var signed = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        signed.CertificateExtensions.Add(names.Build());
        using var certificate = signed.Create(issuer, now.AddDays(-1), now.AddDays(29), [1, 2, 3, 4]);
        File.WriteAllText(_folder.File(server + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File(server + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
