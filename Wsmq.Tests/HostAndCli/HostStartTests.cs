namespace Wsmq.Tests.HostAndCli;

public sealed class HostStartTests : IDisposable
{
    private const string Bearer = "Authentication:Schemes:Bearer";
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Outside_Development_the_host_refuses_to_start_without_a_token_issuer()
    {
        await using var host = Tools.StartHost("Production", _folder.File("data"));

        (await host.ExitCodeAsync()).Should().Be(1);
        host.Error.Should().Contain($"{Bearer}:Authority").And.NotContain("   at ");
        File.Exists(_folder.File("data/development-key")).Should().BeFalse("the key is for Development only");
    }

    [Fact]
    public async Task Outside_Development_the_host_starts_with_a_key_an_issuer_and_an_audience()
    {
        await using var host = Tools.StartHost("Production", _folder.File("data"), $"--{Bearer}:SigningKeys:0:Issuer", "shop",
            $"--{Bearer}:SigningKeys:0:Value", Convert.ToBase64String(new byte[32]), $"--{Bearer}:ValidIssuer", "shop", $"--{Bearer}:ValidAudience", "wsmq");

        await Eventually.That("it runs", () => host.HasExited || host.Output.Any(line => line.Contains("listening on", StringComparison.Ordinal)));

        host.HasExited.Should().BeFalse(host.Error);
        host.Output.Should().NotContain(line => line.Contains("--as", StringComparison.Ordinal), "no development tokens here");
        File.Exists(_folder.File("data/development-key")).Should().BeFalse("the key is for Development only");
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task The_host_warns_at_startup_if_InvariantGlobalization_prevents_normalization_checks(string invariant, bool warned)
    {
        await using var tools = new Tools();
        tools.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = invariant;
        await tools.StartHostAsync();

        var isWarned = () => tools.Host.Output.Any(line => line.Contains("InvariantGlobalization is on", StringComparison.Ordinal));
        if (warned)
            await Eventually.That("it warns", isWarned);
        else
            isWarned().Should().BeFalse();
    }

    [Theory]
    [InlineData("Wsmq:Rediss", "x", "Unknown setting Wsmq:Rediss")]
    [InlineData("Wsmq:Options:Retention:MaxAgee", "x", "Unknown setting Wsmq:Options:Retention:MaxAgee")]
    [InlineData("Wsmq:Options:Delivery:MaxInFlightMessages", "many", "Wsmq:Options:Delivery:MaxInFlightMessages")]
    [InlineData("Wsmq:Options:Delivery:MaxInFlightMessages", "0", "MaxInFlightMessages")]
    [InlineData("Wsmq:Options:Retention:MaxAge", "7d", "7.00:00:00 for 7 days")]
    [InlineData("Wsmq:Options:Retention:MaxCount", "-1", "MaxCount")]
    [InlineData("Wsmq:Options:Retention:MaxBytes", "5", "MaxBytes")]
    [InlineData("Wsmq:Options:Limits:ConnectionSendsPerSecond", "-1", "ConnectionSendsPerSecond")]
    [InlineData("Wsmq:Options:Limits:SendsPerHour", "1", "Unknown setting Wsmq:Options:Limits:SendsPerHour")]
    [InlineData("Wsmq:Options:Limits:Classes:guest:ConnectionSendBurst", "0", "Classes[guest]")]
    [InlineData("Wsmq:Options:Limits:Classes:service:ConnectionSendBurst", "0", "Classes[service]")]
    [InlineData("Wsmq:Options:Limits:Classes:guest:SendsPerHour", "1", "Unknown setting Wsmq:Options:Limits:Classes:guest:SendsPerHour")]
    [InlineData("Wsmq:Options:Queues:jobs:MaxAttempts", "1", "Unknown setting Wsmq:Options:Queues")]
    [InlineData("Wsmq:Queues:jobs:MaxAttemps", "1", "Unknown setting Wsmq:Queues:jobs:MaxAttemps")]
    [InlineData("Wsmq:Queues:jobs:MaxAttempts", "0", "Wsmq:Queues[jobs]: MaxAttempts is 0")]
    [InlineData("Wsmq:Queues:jobs:MaxAttempts", "many", "Wsmq:Queues:jobs:MaxAttempts")]
    [InlineData("Wsmq:Queues:jobs:Lease", "30s", "00:00:30 for 30 seconds")]
    [InlineData("Wsmq:Queues:jobs", "x", "Wsmq:Queues:jobs is a section")]
    [InlineData("Wsmq:Queues:jobs:Senders", "alice", "Wsmq:Queues:jobs:Senders is a list")]
    [InlineData("Wsmq:Queues:jobs:Workers:0", " alice", "Wsmq:Queues:jobs contains an invalid name")]
    [InlineData("Wsmq:Queues:jobs:Managers:0", "", "Wsmq:Queues:jobs contains an invalid name")]
    [InlineData("Wsmq:Queues:a\tb:MaxAttempts", "1", "contains an invalid name")]
    [InlineData("Wsmq:Queues", "jobs", "Wsmq:Queues")]
    [InlineData("Wsmq:Options:Limits:ClassProvider", "x", "Unknown setting Wsmq:Options:Limits:ClassProvider")]
    [InlineData("Wsmq:Path", "wsmq", "Wsmq:Path")]
    [InlineData("Wsmq:Options:Endpoint:AllowedOrigins", "https://app.example", "Wsmq:Options:Endpoint:AllowedOrigins:0")]
    [InlineData("Wsmq:Options:Endpoint:AllowedOrigins:0", "app.example", "AllowedOrigins holds 'app.example'")]
    [InlineData("Wsmq:Options:Access:MaxRules", "1", "MaxRules")]
    [InlineData("Wsmq:Options:Access:MaxRule", "100", "Unknown setting Wsmq:Options:Access:MaxRule")]
    [InlineData("Wsmq:Tokens:DecryptionKey", "YWJj", "3 bytes")]
    public async Task An_invalid_setting_fails_the_start_with_the_key_or_the_valid_form(string key, string value, string expected)
    {
        await using var host = Tools.StartHost("Development", _folder.File("data"), $"--{key}", value);

        (await host.ExitCodeAsync()).Should().Be(1);
        host.Error.Should().Contain(expected).And.NotContain("   at ");
        string.Join('\n', host.Output).Should().NotContain("   at ");
    }

    public void Dispose() => _folder.Dispose();
}
