using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace Wsmq.Server.Api.Shapes;

/// <summary>
/// The parameters of the endpoints, as the signatures of methods: in this form OpenAPI generators read them. Nothing calls these methods;
/// the handlers read requests themselves, because a malformed one has an error code of wsmq.
/// </summary>
internal static class Signatures
{
    private const string Milliseconds = "In milliseconds since 1970.";
    private const string OfTypes = "Only messages of one of these types; * stands for any characters.";
    private const string WithHeaders = "Only messages that have all of these headers, each name=value.";
    private const string NextStep = "The next of the step before; the first step has none.";

    public static void None()
    {
    }

    public static void Send(
        [FromHeader(Name = "Idempotency-Key"), Description("The id of the message: sent again under it, it is stored once.")] string? key,
        [FromBody, Description("One message, or an array of at most 1,024 messages.")] WsmqApiMessage message)
    {
    }

    public static void Request(
        [FromQuery, Range(1, int.MaxValue), DefaultValue(30_000), Description("How long to wait for the reply, in milliseconds.")] int? timeout,
        [FromBody, Description("The request: to, type, body or data, contentType, headers, correlationId; for work queues key and priority.")]
        WsmqApiMessage message)
    {
    }

    public static void Delayed(
        [FromQuery, Required, Description("The address that it was sent to.")] string to, [FromQuery, Required, Description("Its id.")] string id)
    {
    }

    public static void Status(
        [FromQuery, Required, Description("The address that it was sent to.")] string to,
        [FromQuery, Description("The position of the message.")] string? position,
        [FromQuery, Description("Instead of the position: its id.")] string? id)
    {
    }

    public static void Tracked(
        [FromQuery, Required, Description("The address that they were sent to.")] string to,
        [FromQuery, Description("The position of the last one of the page before.")] string? after)
    {
    }

    public static void Readers(
        [FromQuery, Required, Description("The address that it was sent to.")] string to,
        [FromQuery, Required, Description("The position of the message.")] string position,
        [FromQuery, Description("The device or the user of the last one of the page before.")] string? after)
    {
    }

    public static void Log(
        [FromRoute, Description("The log, such as user:bob.")] string address,
        [FromQuery, Description("The position after which to begin.")] string? after,
        [FromQuery, Range(1, 512), DefaultValue(100)] int? max,
        [FromQuery, Description("Whether the page has the newest entries; without after, and not for an event stream.")] bool? newest,
        [FromQuery, Description(OfTypes)] string[]? type,
        [FromQuery, Description(WithHeaders)] string[]? header,
        [FromHeader(Name = "Last-Event-ID"), Description("Of a stream that is opened again: where it was.")] string? last)
    {
    }

    public static void Logs(
        [FromQuery, Description("The log, such as user:bob; for an event stream up to 32.")] string[] address,
        [FromQuery, Description("The position after which to begin; for an event stream one for each address, separated by commas.")]
        string? after,
        [FromQuery, Range(1, 512), DefaultValue(100)] int? max,
        [FromQuery, Description("Whether the page has the newest entries; without after, and not for an event stream.")] bool? newest,
        [FromQuery, Description(OfTypes)] string[]? type,
        [FromQuery, Description(WithHeaders)] string[]? header,
        [FromHeader(Name = "Last-Event-ID"), Description("Of a stream that is opened again: where it was.")] string? last)
    {
    }

    public static void State([FromQuery, Required, Description("The address, such as user:bob.")] string source)
    {
    }

    public static void History(
        [FromQuery, Required, Description("The address, such as user:bob.")] string source,
        [FromQuery, Description("Entries after this position.")] string? after,
        [FromQuery, Description("Entries before this position.")] string? before,
        [FromQuery, Description("Whether the newest come first.")] bool? newest,
        [FromQuery, Range(1, WsmqHistoryQuery.MostEntries), DefaultValue(WsmqHistoryQuery.UsualEntries)] int? max,
        [FromQuery] string? id, [FromQuery] string? sender,
        [FromQuery, Description("A * stands for any characters.")] string? type, [FromQuery, Description(Milliseconds)] long? from,
        [FromQuery, Description(Milliseconds)] long? to,
        [FromQuery, Description("Instead of after, or with newest of before: the next of the page before.")] string? next)
    {
    }

    public static void Presence([FromQuery, Required, Description("A user; up to 200 of them.")] string[] user)
    {
    }

    public static void Queue([FromRoute, Description("The address of the queue, such as work:emails.")] string address)
    {
    }

    public static void QueueStep([FromRoute] string address, [FromQuery, Description(NextStep)] string? next)
    {
    }

    public static void Purge(
        [FromRoute] string address,
        [FromQuery, Required, Description("A state, or waiting for all jobs that wait.")] string state,
        [FromQuery, Description(NextStep)] string? next)
    {
    }

    public static void DeadLetters(
        [FromRoute] string address, [FromQuery, Description(NextStep)] string? next, [FromBody] WsmqApiFilter? filter)
    {
    }

    public static void Jobs(
        [FromRoute] string address, [FromQuery] WsmqJobState? state, [FromQuery, Range(0, int.MaxValue)] int? skip,
        [FromQuery, Range(1, WsmqJobQuery.MostJobs)] int? max,
        [FromQuery, Description("Whether to return the messages of the jobs.")] bool? messages)
    {
    }

    public static void Job([FromRoute] string address, [FromRoute, Description("The position of the job.")] string position)
    {
    }

    public static void UniqueJob([FromRoute] string address, [FromRoute] string uniqueId)
    {
    }

    public static void Group([FromRoute] string group)
    {
    }

    public static void Member([FromRoute] string group, [FromRoute] string user)
    {
    }

    public static void NewMember(
        [FromRoute] string group, [FromRoute] string user,
        [FromQuery, Description("The position after which the user reads; without it from the end of the log on.")] string? from)
    {
    }

    public static void User([FromRoute] string user)
    {
    }

    public static void Device([FromRoute] string user, [FromRoute] string device)
    {
    }

    public static void UserDeadLetters(
        [FromRoute] string user, [FromQuery, Description("The id of the last one of the page before.")] string? after,
        [FromQuery, Range(1, 1_000), DefaultValue(100)] int? max)
    {
    }

    public static void DeadLetter([FromRoute] string user, [FromRoute] string id)
    {
    }

    public static void Ban([FromRoute] string user, [FromQuery, Description(Milliseconds)] long? until)
    {
    }

    public static void RevokeTokens([FromRoute] string user, [FromQuery, Description(Milliseconds)] long? before)
    {
    }

    public static void Token(
        [FromRoute, Description("The id of the token (jti).")] string token, [FromQuery, Description(Milliseconds)] long? expires)
    {
    }

    public static void NewKey([FromBody] WsmqApiKeyRequest key)
    {
    }

    public static void Key([FromRoute, Description("The id of the key.")] string id)
    {
    }
}
