using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>What an app may set for our hub by name, and what is refused at the start.</summary>
public sealed class HubOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<Action<HubOptions<WsmqHub>>, string> Refused => new()
    {
        { o => o.SupportedProtocols = ["messagepack"], "speaks nothing else" },
        { o => o.SupportedProtocols!.Add("messagepack"), "speaks nothing else" },
        { o => o.SupportedProtocols = null, "speaks nothing else" },
        { o => o.MaximumReceiveMessageSize = 1024, "set WsmqOptions.MaxBodyBytes" },
        { o => o.MaximumReceiveMessageSize = null, "set WsmqOptions.MaxBodyBytes" },
        { o => o.MaximumParallelInvocationsPerClient = 1, "set WsmqOptions.MaxOutstandingSends" },
        { o => (o.KeepAliveInterval, o.ClientTimeoutInterval) = (TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(10)), "KeepAliveInterval" },
        { o => o.HandshakeTimeout = TimeSpan.Zero, "HandshakeTimeout" },
        { o => o.StreamBufferCapacity = 0, "StreamBufferCapacity" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_the_hub_cannot_work_with_is_refused_at_the_start(Action<HubOptions<WsmqHub>> set, string reason)
    {
        var start = () => StartAsync(s => s.AddSignalR().AddHubOptions(set));

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage($"*HubOptions<WsmqHub>.*{reason}*");
    }

    [Fact]
    public async Task Timeouts_of_all_hubs_are_not_ours_and_those_of_our_hub_are()
    {
        await using var node = await StartAsync(s => s
            .AddSignalR(o => (o.KeepAliveInterval, o.ClientTimeoutInterval, o.HandshakeTimeout) = (TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(10), TimeSpan.FromTicks(1)))
            .AddHubOptions<WsmqHub>(o => o.KeepAliveInterval = TimeSpan.FromSeconds(5)));

        var ours = node.Services.GetRequiredService<IOptions<HubOptions<WsmqHub>>>().Value;
        ours.KeepAliveInterval.Should().Be(TimeSpan.FromSeconds(5));
        ours.ClientTimeoutInterval.Should().Be(TimeSpan.FromSeconds(30));
        ours.HandshakeTimeout.Should().BeGreaterThan(TimeSpan.FromSeconds(1));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        bob.Connection.State.Should().Be(HubConnectionState.Connected);
    }

    [Fact]
    public async Task Codes_come_through_a_filter_for_our_hub_that_wraps_them()
    {
        await using var node = await StartAsync(s => s.AddSignalR().AddHubOptions<WsmqHub>(o => o.AddFilter(new Wrapping())));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var refused = await Record.ExceptionAsync(() => bob.SendAsync("nobody", 1));

        WsmqError.Find(refused?.Message).Should().Be(WsmqErrors.InvalidAddress);
    }

    private Task<TestNode> StartAsync(Action<IServiceCollection> configure) =>
        TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), services: b => configure(b.Services));

    private sealed class Wrapping : IHubFilter
    {
        public async ValueTask<object?> InvokeMethodAsync(
            HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
        {
            try
            {
                return await next(invocationContext);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException("wrapped by the app", e);
            }
        }
    }
}
