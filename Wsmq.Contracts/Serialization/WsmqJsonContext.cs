using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>Source-generated JSON metadata for everything on the wire.</summary>
public static class WsmqJson
{
    /// <summary>
    /// Resolves the wire records. A trimmed or native client puts it first into the type info resolver chain of its SignalR JSON
    /// protocol: <c>AddJsonProtocol(o =&gt; o.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WsmqJson.TypeInfoResolver))</c>.
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
[JsonSerializable(typeof(WsmqJsonBody))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(bool))]
internal sealed partial class WsmqJsonContext : JsonSerializerContext
{
    /// <summary>Leaves text in other alphabets as it is; see <see cref="JsonText"/>.</summary>
    public static WsmqJsonContext Relaxed { get; } =
        new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
