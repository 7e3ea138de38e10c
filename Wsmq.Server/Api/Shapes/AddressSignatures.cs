using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace Wsmq.Server.Api.Shapes;

/// <summary>The parameters of the endpoints below <c>/addresses</c> and <c>/dead-letters</c>, see <see cref="Signatures"/>.</summary>
internal static class AddressSignatures
{
    private const string Milliseconds = "In milliseconds since 1970.";
    private const string NextPage = "The next of the page before; the first page has none.";

    public static void Search(
        [FromQuery, Description("user, group or work; without it all.")] string? kind,
        [FromQuery, Description("What names begin with, or a text in which * stands for any characters.")] string? match,
        [FromQuery, Description(NextPage)] string? next, [FromQuery, Range(1, 1_000), DefaultValue(100)] int? max)
    {
    }

    public static void Address([FromRoute] string address, [FromQuery, Description(NextPage)] string? next)
    {
    }

    public static void Entries(
        [FromRoute] string address, [FromQuery] string? after, [FromQuery] string? before,
        [FromQuery, Range(1, 1_000), DefaultValue(50)] int? max, [FromQuery] string? id, [FromQuery] string? sender,
        [FromQuery, Description("A * stands for any characters.")] string? type, [FromQuery, Description(Milliseconds)] long? from,
        [FromQuery, Description(Milliseconds)] long? to, [FromQuery, Description("Whether the newest come first.")] bool? newest,
        [FromQuery, Description("Instead of after, or with newest of before: the next of the page before.")] string? next)
    {
    }

    public static void Presence([FromRoute, Description("A user or a group.")] string address)
    {
    }

    public static void Entry([FromRoute] string address, [FromRoute] string position)
    {
    }

    public static void Waiting([FromRoute] string address, [FromRoute, Description("The key of the message.")] string key)
    {
    }

    public static void State(
        [FromRoute] string address, [FromQuery, Description(NextPage)] string? next,
        [FromQuery, Range(1, 1_000), DefaultValue(50)] int? max)
    {
    }

    public static void Tail(
        [FromRoute] string address, [FromQuery, Description("The position after which to begin; without it, what is stored from now on.")] string? after,
        [FromHeader(Name = "Last-Event-ID"), Description("Of a stream that is opened again: where it was.")] string? last)
    {
    }

    public static void Send(
        [FromRoute] string address,
        [FromHeader(Name = "Idempotency-Key"), Description("The id of the message: sent again under it, it is stored once.")] string? key,
        [FromBody, Description("A message without to.")] WsmqApiMessage message)
    {
    }

    public static void Rights([FromQuery, Description("The user, group or queue; without it, what needs none.")] string? target)
    {
    }

    public static void DeadLetters(
        [FromQuery] string? user, [FromQuery] string? source, [FromQuery, Description("A * stands for any characters.")] string? type,
        [FromQuery, Description("A * stands for any characters.")] string? reason, [FromQuery, Description(Milliseconds)] long? from,
        [FromQuery, Description(Milliseconds)] long? to, [FromQuery, Description(NextPage)] string? next,
        [FromQuery, Range(1, 1_000), DefaultValue(50)] int? max)
    {
    }

    public static void Count([FromBody] WsmqApiDeadLetterFilter filter)
    {
    }

    public static void StartRun([FromBody] WsmqApiRunRequest run)
    {
    }

    public static void Run([FromRoute] string id)
    {
    }
}
