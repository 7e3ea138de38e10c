namespace Wsmq.Tests.HostAndCli;

/// <summary>Host and client without ICU: names work, and look-alikes are still refused as far as they can be detected.</summary>
public sealed class InvariantGlobalizationTests : IAsyncLifetime
{
    private const string Invariant = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private readonly Tools _tools = new();

    public Task InitializeAsync()
    {
        _tools.Environment[Invariant] = "1";
        return _tools.StartHostAsync();
    }

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Theory]
    [InlineData("user:jürgen", true)]
    [InlineData("user:Отдел IT", true)]
    [InlineData("user:jose\u0301", true)]
    [InlineData("user:bоb", false)]
    [InlineData("user:bob\u200b", false)]
    public async Task A_name_is_accepted_or_refused_with_its_code_without_ICU(string address, bool isTaken)
    {
        await using var cli = ToolProcess.Start(
            ToolProcess.Cli,
            new Dictionary<string, string> { ["WSMQ_DATA"] = _tools.DataFolder, ["WSMQ_URL"] = _tools.Url, [Invariant] = "1" },
            "send", "--as", "alice", address, "hello");
        var code = await cli.ExitCodeAsync();
        (code == 0).Should().Be(isTaken, cli.Error);
        if (!isTaken)
            cli.Error.Should().ContainEquivalentOf("name is invalid");
    }
}
