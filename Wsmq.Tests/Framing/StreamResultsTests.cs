using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;

namespace Wsmq.Tests.Framing;

/// <summary>The frames that the node writes itself are those that SignalR would write.</summary>
public sealed class StreamResultsTests
{
    private static readonly IHubProtocol Own = new HubProtocol().GetProtocol("json", null)!;

    private static readonly IHubProtocol Stock = new JsonHubProtocol(Options.Create(StockOptions()));

    [Fact]
    public void Results_of_every_kind_are_the_frame_that_signalr_writes() => Same(new StreamItemMessage("p\"1ü", new WsmqItemResult[]
    {
        new() { Number = 0, Id = "i\"ü\ud83d\ude00<>&'+\u2028", Position = "0000000000000012" },
        new() { Number = 1, Id = "b", Position = "0000000000000013", Duplicate = true, UniqueIdTaken = true },
        new() { Number = long.MaxValue, Error = "[wsmq 4003 too-many-sends retry] <\u001e>", RetryAfter = 1_500 },
    }));

    [Fact]
    public void No_results_are_the_frame_that_signalr_writes() => Same(new StreamItemMessage("1", Array.Empty<WsmqItemResult>()));

    [Fact]
    public void An_item_with_headers_is_left_to_signalr() =>
        Same(new StreamItemMessage("1", new WsmqItemResult[] { new() { Number = 1 } }) { Headers = new Dictionary<string, string> { ["a"] = "b" } });

    [Fact]
    public void Other_messages_are_left_to_signalr() => Same(new CompletionMessage("1", null, new WsmqReceipt("a", "0000000000000012", false), true));

    private static void Same(HubMessage message) => Written(Own, message).Should().Be(Written(Stock, message));

    private static string Written(IHubProtocol protocol, HubMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        protocol.WriteMessage(message, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static JsonHubProtocolOptions StockOptions()
    {
        var options = new JsonHubProtocolOptions();
        options.PayloadSerializerOptions.TypeInfoResolver = WsmqJson.TypeInfoResolver;
        return options;
    }
}
