using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.IdentityModel.Tokens;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Tokens at a host that logs everything: which are accepted, for how long, and that none is ever logged.</summary>
public sealed class HostTokenTests : IAsyncLifetime
{
    private const string Marker = "marker-of-a-body";
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Theory]
    [InlineData("A256KW", 32)]
    [InlineData("dir", 64)]
    public async Task An_encrypted_token_is_accepted_if_it_is_encrypted_for_this_host(string algorithm, int bytes)
    {
        var key = RandomNumberGenerator.GetBytes(bytes);
        await _tools.StartHostAsync([.. Tools.Trace, "--Wsmq:Tokens:DecryptionKey", Convert.ToBase64String(key)]);
        var good = _tools.Token("bob", encryption: Encryption(key));
        var wrong = _tools.Token("bob", encryption: Encryption(RandomNumberGenerator.GetBytes(bytes)));
        good.Split('.').Should().HaveCount(5, "it is encrypted");

        await using (var bob = await ConnectAsync(good))
            await TalkAsync(bob);

        (await AnswerAsync(good)).Should().Be(HttpStatusCode.OK);
        (await AnswerAsync(wrong)).Should().Be(HttpStatusCode.Unauthorized);
        (await AnswerAsync(_tools.Token("bob"))).Should().Be(HttpStatusCode.OK, "signed tokens are still accepted");
        Tools.NothingSecretIn(_tools.Host, Marker, good, wrong);
        Tools.NothingSecretIn(_tools.Host, Convert.ToBase64String(key));

        EncryptingCredentials Encryption(byte[] with) => new(new SymmetricSecurityKey(with), algorithm, SecurityAlgorithms.Aes256CbcHmacSha512);
    }

    [Fact]
    public async Task An_encrypted_token_is_refused_where_no_key_is_configured()
    {
        await _tools.StartHostAsync(Tools.Trace);
        var token = _tools.Token("bob", encryption: new EncryptingCredentials(
            new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)), "A256KW", SecurityAlgorithms.Aes256CbcHmacSha512));

        (await AnswerAsync(token)).Should().Be(HttpStatusCode.Unauthorized);
        Tools.NothingSecretIn(_tools.Host, Marker, token);
    }

    [Fact]
    public async Task A_connection_ends_with_its_token()
    {
        await _tools.StartHostAsync(Tools.Trace);
        // Longer than a host that has just started needs for its first connection and message.
        var token = _tools.Token("bob", TimeSpan.FromSeconds(10));
        await using var bob = await ConnectAsync(token);
        await TalkAsync(bob);

        await Eventually.That("the host closes the connection", () => bob.Connection.State == HubConnectionState.Disconnected);

        await Eventually.That("an expired token is refused", async () => await AnswerAsync(_tools.Token("bob", TimeSpan.FromMinutes(-10))) == HttpStatusCode.Unauthorized);
        Tools.NothingSecretIn(_tools.Host, Marker, token);
    }

    [Fact]
    public void The_development_settings_stand_as_user_jwts_writes_them()
    {
        var text = File.ReadAllText(SourceTree.PathOf("Wsmq.Host", "appsettings.Development.json"));

        // It adds an audience and an issuer that are there already, and would otherwise leave a changed file in every clone.
        text.Should().Be(JsonNode.Parse(text)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static async Task TalkAsync(PlainClient bob)
    {
        await bob.SendAsync("user:bob", Marker);
        await bob.ReceivesAsync($"\"{Marker}\"");
    }

    private async Task<PlainClient> ConnectAsync(string token)
    {
        // In the query, as browsers send it: there a token is most easily logged.
        var client = PlainClient.Create(new Uri($"{_tools.Url}?access_token={Uri.EscapeDataString(token)}"), token: null);
        await client.Connection.StartAsync();
        return client;
    }

    private async Task<HttpStatusCode> AnswerAsync(string token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_tools.Url}/negotiate?negotiateVersion=1");
        request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
