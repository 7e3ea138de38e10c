using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq.Server.Api.Shapes;

/// <summary>
/// JSON metadata of the shapes: to write them, and for documents of apps whose JSON options do not reflect, which would fail without it.
/// </summary>
[JsonSerializable(typeof(WsmqApiProblem))]
[JsonSerializable(typeof(WsmqApiMessage))]
[JsonSerializable(typeof(WsmqApiResult[]))]
[JsonSerializable(typeof(WsmqApiReceipt))]
[JsonSerializable(typeof(WsmqApiReply))]
[JsonSerializable(typeof(WsmqApiPage))]
[JsonSerializable(typeof(WsmqApiState))]
[JsonSerializable(typeof(WsmqApiHistory))]
[JsonSerializable(typeof(WsmqApiMessageStatus[]))]
[JsonSerializable(typeof(WsmqApiReaderStatus[]))]
[JsonSerializable(typeof(WsmqApiQueue[]))]
[JsonSerializable(typeof(WsmqApiJob[]))]
[JsonSerializable(typeof(WsmqApiJobStatus))]
[JsonSerializable(typeof(WsmqApiFilter))]
[JsonSerializable(typeof(WsmqApiStep))]
[JsonSerializable(typeof(WsmqApiDevice[]))]
[JsonSerializable(typeof(WsmqApiDeadLetter[]))]
[JsonSerializable(typeof(WsmqApiAddressPage))]
[JsonSerializable(typeof(WsmqApiLogInfo))]
[JsonSerializable(typeof(WsmqApiEntryPage))]
[JsonSerializable(typeof(WsmqApiEntry))]
[JsonSerializable(typeof(WsmqApiDelayedPage))]
[JsonSerializable(typeof(WsmqApiLife))]
[JsonSerializable(typeof(WsmqApiRights))]
[JsonSerializable(typeof(WsmqApiDeadLetterFilter))]
[JsonSerializable(typeof(WsmqApiRunRequest))]
[JsonSerializable(typeof(WsmqApiDeadLetterPage))]
[JsonSerializable(typeof(WsmqApiDeadLetterCount))]
[JsonSerializable(typeof(WsmqApiRuns))]
[JsonSerializable(typeof(WsmqApiRun))]
[JsonSerializable(typeof(WsmqApiNodes))]
[JsonSerializable(typeof(WsmqApiConnections))]
[JsonSerializable(typeof(WsmqApiPresence))]
[JsonSerializable(typeof(WsmqApiUserPresence[]))]
[JsonSerializable(typeof(WsmqApiKeyRequest))]
[JsonSerializable(typeof(WsmqApiKeyInfo[]))]
[JsonSerializable(typeof(WsmqApiNewKey))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(WsmqJobState?))]
internal sealed partial class ShapesContext : JsonSerializerContext
{
    /// <summary>Escapes only what JSON itself requires.</summary>
    public static JavaScriptEncoder Encoder { get; } = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    // What is not required is left out if it is null, as the documents say.
    private static readonly JsonSerializerOptions Responses = new()
    {
        TypeInfoResolver = new ShapesContext().WithAddedModifier(LeaveOutNulls),
        Encoder = Encoder,
    };

    /// <summary>The JSON of a response.</summary>
    public static byte[] Write<T>(T response) => JsonSerializer.SerializeToUtf8Bytes(response, (JsonTypeInfo<T>)Responses.GetTypeInfo(typeof(T)));

    private static void LeaveOutNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (!property.IsRequired)
                property.ShouldSerialize = static (_, value) => value is not null;
        }
    }
}
