using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>Source-generated JSON metadata for all types on the wire, for trimmed and native AOT clients.</summary>
public static class WsmqJson
{
    /// <summary>
    /// The type info resolver for the wire records. A trimmed or native AOT client that uses SignalR directly inserts it first in the
    /// resolver chain of SignalR's JSON protocol:
    /// <c>AddJsonProtocol(o =&gt; o.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WsmqJson.TypeInfoResolver))</c>.
    /// </summary>
    public static IJsonTypeInfoResolver TypeInfoResolver => WsmqJsonContext.Default;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WsmqOutgoingMessage))]
[JsonSerializable(typeof(WsmqOutgoingMessage[]))]
[JsonSerializable(typeof(WsmqItemResult[]))]
[JsonSerializable(typeof(WsmqDelivery))]
[JsonSerializable(typeof(IReadOnlyList<WsmqDelivery>))]
[JsonSerializable(typeof(WsmqLiveMessage))]
[JsonSerializable(typeof(WsmqReceipt))]
[JsonSerializable(typeof(WsmqJobDelivery))]
[JsonSerializable(typeof(IReadOnlyList<WsmqJobDelivery>))]
[JsonSerializable(typeof(WsmqWorkGrant))]
[JsonSerializable(typeof(WsmqRetry))]
[JsonSerializable(typeof(WsmqIncomingRequest))]
[JsonSerializable(typeof(WsmqReply))]
[JsonSerializable(typeof(WsmqJobLease[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(WsmqJsonBody))]
[JsonSerializable(typeof(WsmqQueueInfo[]))]
[JsonSerializable(typeof(WsmqJobInfo[]))]
[JsonSerializable(typeof(WsmqJobQuery))]
[JsonSerializable(typeof(WsmqDeadLetterFilter))]
[JsonSerializable(typeof(WsmqQueueStep))]
[JsonSerializable(typeof(WsmqJobStatus))]
[JsonSerializable(typeof(WsmqHistoryQuery))]
[JsonSerializable(typeof(WsmqHistoryPage))]
[JsonSerializable(typeof(WsmqMessageStatus))]
[JsonSerializable(typeof(WsmqMessageStatus[]))]
[JsonSerializable(typeof(IReadOnlyList<WsmqMessageStatus>))]
[JsonSerializable(typeof(WsmqReaderStatus[]))]
[JsonSerializable(typeof(WsmqFilter))]
[JsonSerializable(typeof(WsmqPresenceState))]
[JsonSerializable(typeof(WsmqPresenceChange))]
[JsonSerializable(typeof(WsmqUserPresence[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(bool))]
internal sealed partial class WsmqJsonContext : JsonSerializerContext
{
    /// <summary>Does not escape text in other alphabets; see <see cref="JsonText"/>.</summary>
    public static WsmqJsonContext Relaxed { get; } =
        new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
