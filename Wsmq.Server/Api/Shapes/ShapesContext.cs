using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>
/// JSON metadata of the shapes, for documents of apps whose JSON options do not reflect: without it their own documents would fail.
/// </summary>
[JsonSerializable(typeof(WsmqApiProblem))]
[JsonSerializable(typeof(WsmqApiMessage))]
[JsonSerializable(typeof(WsmqApiResult[]))]
[JsonSerializable(typeof(WsmqApiReceipt))]
[JsonSerializable(typeof(WsmqApiPage))]
[JsonSerializable(typeof(WsmqApiQueue[]))]
[JsonSerializable(typeof(WsmqApiJob[]))]
[JsonSerializable(typeof(WsmqApiJobStatus))]
[JsonSerializable(typeof(WsmqApiFilter))]
[JsonSerializable(typeof(WsmqApiStep))]
[JsonSerializable(typeof(WsmqApiDevice[]))]
[JsonSerializable(typeof(WsmqApiDeadLetter[]))]
[JsonSerializable(typeof(WsmqApiKeyRequest))]
[JsonSerializable(typeof(WsmqApiKeyInfo[]))]
[JsonSerializable(typeof(WsmqApiNewKey))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(WsmqJobState?))]
internal sealed partial class ShapesContext : JsonSerializerContext;
