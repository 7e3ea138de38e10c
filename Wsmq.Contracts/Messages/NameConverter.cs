using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Values of an enum on the wire: their names, in lower case and with a dash between words.</summary>
internal sealed class NameConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
