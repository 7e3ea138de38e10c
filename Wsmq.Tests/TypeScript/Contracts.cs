using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Nodes;

namespace Wsmq.Tests.TypeScript;

/// <summary>Numbers that JavaScript rounds, and some that it does not.</summary>
/// <param name="Long">Up to 2^63.</param>
/// <param name="Decimals">By name.</param>
[WsmqMessageType("numbers")]
public sealed record Numbers(
    long Long, ulong Unsigned, Int128 Large, decimal Decimal, int Small, double Double, long? Nothing, long[] Longs,
    Dictionary<string, decimal> Decimals);

/// <summary>A line of a chat.</summary>
[WsmqMessageType("chat")]
public sealed class Chat
{
    /// <summary>What was said, with a <see cref="Mood"/>; <c>*/</c> ends nothing.</summary>
    public required string Text { get; init; }

    public Mood Mood { get; init; }

    [JsonPropertyName("reply-to")]
    public string? ReplyTo { get; init; }

    [JsonIgnore]
    public string Secret { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? Subject { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<Mood>))]
public enum Mood
{
    Calm,
    [JsonStringEnumMemberName("very-angry")]
    Angry,
}

public enum Level
{
    Low = 1,
    High = 10,
}

[Flags]
public enum Rights
{
    Read = 1,
    Write = 2,
}

/// <summary>Everything that is a text in JSON.</summary>
[WsmqMessageType("texts")]
public sealed record Texts(
    Guid Id, DateTimeOffset At, DateTime Then, DateOnly Day, TimeOnly Time, TimeSpan Length, Uri Link, byte[] Bytes, char Letter,
        Version Version);

/// <summary>Collections, also of what can be null.</summary>
[WsmqMessageType("collections")]
public sealed record Collections(
    List<string> Names, List<string?> Gaps, int?[] Numbers, IReadOnlyList<IReadOnlyList<Level>> Levels, Dictionary<string, Item?> Items,
    Dictionary<int, bool> ByNumber, HashSet<Guid> Ids, Rights Rights, object Anything, JsonElement Json, JsonObject Object);

public sealed record Item(string Name, int Count = 1);

/// <summary>A tree.</summary>
[WsmqMessageType("tree")]
public sealed record Tree(string Name, Tree? Parent, List<Tree> Children);

/// <summary>One of several shapes.</summary>
[WsmqMessageType("shape")]
[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
public abstract record Shape(string Name);

public sealed record Circle(string Name, double Radius) : Shape(Name);

public sealed record Square(string Name, double Side) : Shape(Name);

/// <summary>A generic type, with its arguments.</summary>
[WsmqMessageType("order")]
public sealed record Order(Envelope<Item> Item, Envelope<Nested.Item> Other, Shape? Shape);

public sealed record Envelope<T>(T Content, DateTimeOffset At);

public static class Nested
{
    public sealed record Item(bool IsNested);
}

/// <summary>With fields that are not declared.</summary>
[WsmqMessageType("open")]
public sealed class Open
{
    public string? Known { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Rest { get; set; }
}

/// <summary>A type without the attribute.</summary>
public sealed record Plain(string Text);

/// <summary>Options of an app that uses others than wsmq's.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Numbers))]
[JsonSerializable(typeof(Chat))]
[JsonSerializable(typeof(Texts))]
[JsonSerializable(typeof(Collections))]
[JsonSerializable(typeof(Tree))]
[JsonSerializable(typeof(Shape))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Open))]
[JsonSerializable(typeof(Nested.Item), TypeInfoPropertyName = "NestedItem")]
[JsonSerializable(typeof(Envelope<Nested.Item>), TypeInfoPropertyName = "NestedEnvelope")]
public sealed partial class SnakeContext : JsonSerializerContext;
