using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>Which options an app may set for <see cref="WsmqHub"/>, and which are refused at startup.</summary>
public sealed class HubOptionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<Action<HubOptions<WsmqHub>>, string> Refused => new()
    {
        { o => o.SupportedProtocols = ["messagepack"], "supports no other protocol" },
        { o => o.SupportedProtocols!.Add("messagepack"), "supports no other protocol" },
        { o => o.SupportedProtocols = null, "supports no other protocol" },
        { o => o.MaximumReceiveMessageSize = 1024, "set WsmqOptions.Publish.MaxBodyBytes" },
        { o => o.MaximumReceiveMessageSize = null, "set WsmqOptions.Publish.MaxBodyBytes" },
        { o => o.MaximumParallelInvocationsPerClient = 1, "set WsmqOptions.Publish.MaxInFlightSends" },
        { o => (o.KeepAliveInterval, o.ClientTimeoutInterval) = (TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(10)), "KeepAliveInterval" },
        { o => o.HandshakeTimeout = TimeSpan.Zero, "HandshakeTimeout" },
        { o => o.StreamBufferCapacity = 0, "StreamBufferCapacity" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Hub_options_that_WsmqHub_cannot_work_with_are_refused_at_startup(Action<HubOptions<WsmqHub>> set, string reason)
    {
        var start = () => StartAsync(s => s.AddSignalR().AddHubOptions(set));

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage($"*HubOptions<WsmqHub>.*{reason}*");
    }

    [Fact]
    public async Task WsmqHub_ignores_timeouts_for_all_hubs_and_uses_those_set_for_it()
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
    public async Task Error_codes_pass_through_a_hub_filter_that_wraps_exceptions()
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
