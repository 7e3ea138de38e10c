namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// One host for all tests of a class: <c>IClassFixture&lt;RunningHost&gt;</c>. Tests that store messages have users of their own.
/// </summary>
public sealed class RunningHost : IAsyncLifetime
{
    internal Tools Tools { get; } = new();

    public Task InitializeAsync() => Tools.StartHostAsync();

    public async Task DisposeAsync() => await Tools.DisposeAsync();
}
