using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Api;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The CLI as a process, against the HTTP API of a node in this process.</summary>
internal sealed class ApiCli(TestNode node, string user) : IAsyncDisposable
{
    public TestNode Node => node;

    /// <summary>The CLI of the user <c>admin</c>, who may do everything, and a node with a store of its own.</summary>
    public static async Task<ApiCli> StartAsync(TempFolder folder, Action<WsmqOptions>? options = null) => new(
        await HttpCaller.StartNodeAsync(
            s => s.UseSqlite(folder.File("wsmq.db")), options, b => b.Services.AddSingleton<IWsmqAuthorizer, Admin>()),
        "admin");

    public ApiCli As(string other) => new(node, other);

    public ToolProcess Start(params string[] arguments) => Start(node.Hub, arguments);

    public ToolProcess Start(Uri hub, string[] arguments) => ToolProcess.Start(
        ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_URL"] = hub.ToString(), ["WSMQ_TOKEN"] = TestTokens.For(user) },
            arguments);

    public async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var cli = Start(arguments);
        var code = await cli.ExitCodeAsync();
        return (code, string.Join('\n', cli.Output), cli.Error);
    }

    /// <summary>The output of a command that succeeds.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        code.Should().Be(0, error);
        return output;
    }

    public ValueTask DisposeAsync() => node.DisposeAsync();

    private sealed class Admin : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanAdministerAsync(
            WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
                new(caller.UserId == "admin");
    }
}
