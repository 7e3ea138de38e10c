using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Tests.Contracts;

/// <summary>Messages and live pushes that are created from an object.</summary>
public sealed partial class MessageFromTests
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    [Fact]
    public void A_message_from_an_object_has_its_type_its_JSON_and_the_options()
    {
        var options = new WsmqSendOptions { Id = "7", ReplyTo = WsmqAddress.Group("ops") };

        var message = WsmqOutgoingMessage.From(Bob, new Shipped("A1"), options);

        (message.To, message.Type, message.Body.ToString(), message.Id, message.ReplyTo)
            .Should().Be(("user:bob", "shipped", """{"order":"A1"}""", "7", "group:ops"));
        WsmqOutgoingMessage.From(Bob, new Shipped("A1"), ShippedJson.Default.Shipped, options).Should().Be(message);
        WsmqOutgoingMessage.From(Bob, new Shipped("A1"), null).Id.Should().BeNull();
    }

    [Fact]
    public void A_live_push_from_an_object_has_its_type_and_its_JSON()
    {
        var push = WsmqLiveMessage.From(new Shipped("A1"));

        (push.Type, push.Body.ToString()).Should().Be(("shipped", """{"order":"A1"}"""));
        WsmqLiveMessage.From(new Shipped("A1"), ShippedJson.Default.Shipped).Should().Be(push);
        WsmqLiveMessage.From(new { order = "A1" }, "other").Type.Should().Be("other");
    }

    [Fact]
    public void A_whole_message_as_the_body_of_another_is_refused()
    {
        var nested = () => WsmqOutgoingMessage.From(Bob, new WsmqOutgoingMessage { To = "user:bob" });

        nested.Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.NoTypeName);
    }

    [WsmqMessageType("shipped")]
    internal sealed record Shipped(string Order);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Shipped))]
    private sealed partial class ShippedJson : JsonSerializerContext;
}
