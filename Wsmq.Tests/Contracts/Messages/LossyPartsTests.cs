using System.Collections;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq.Tests.Contracts;

/// <summary>Elements and members that System.Text.Json writes as <c>{}</c>, because they are declared as an interface or abstract class.</summary>
public sealed partial class LossyPartsTests
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    internal interface IEvent;

    internal sealed record Shipped(string Id) : IEvent;

    internal abstract record Shape(string Name);

    internal sealed record Circle(string Name, int Radius) : Shape(Name);

    [JsonDerivedType(typeof(Left), "left")]
    internal abstract record Moved(int N);

    internal sealed record Left(int N) : Moved(N);

    [JsonDerivedType(typeof(Carrying), "carrying")]
    internal abstract record Load;

    internal sealed record Carrying(IEvent What) : Load;

    [JsonConverter(typeof(TagConverter))]
    internal interface ITag;

    internal sealed record Tag(string Text) : ITag;

    internal sealed class TagConverter : JsonConverter<ITag>
    {
        public override ITag Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new Tag(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, ITag value, JsonSerializerOptions options) => writer.WriteStringValue(((Tag)value).Text);
    }

    private sealed class AnyEvent : JsonConverter<IEvent>
    {
        public override IEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new Shipped(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, IEvent value, JsonSerializerOptions options) => writer.WriteStringValue(((Shipped)value).Id);
    }

    internal sealed record Envelope<T>(T Content);

    internal sealed record Holder(IEvent Event);

    internal readonly record struct Pair(int Number, Shape Shape);

    internal sealed record Deep(IReadOnlyDictionary<string, List<Pair?>> Pairs);

    internal sealed class Node
    {
        public int Value { get; set; }

        public List<Node> Children { get; set; } = [];
    }

    internal record Base(int Order);

    internal sealed record Paid(int Order, decimal Sum) : Base(Order);

    internal sealed class Careful
    {
        [JsonIgnore]
        public IEvent? Hidden { get; set; }

        [JsonConverter(typeof(AnyEvent))]
        public IEvent? Converted { get; set; }

        public IEvent WriteOnly
        {
            set => Hidden = value;
        }

        public object? Anything { get; set; }
    }

    internal sealed class Computed
    {
        public int Stored { get; set; }

        public Shape Shown => new Circle("c", Stored);
    }

    internal sealed class Numbers : IEnumerable<int>
    {
        public IEnumerator<int> GetEnumerator() => Enumerable.Range(1, 2).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [JsonSerializable(typeof(List<IEvent>))]
    [JsonSerializable(typeof(Envelope<Shipped>))]
    [JsonSerializable(typeof(Deep))]
    [JsonSerializable(typeof(List<Load>))]
    [JsonSerializable(typeof(Careful))]
    [JsonSerializable(typeof(Shipped))]
    private sealed partial class PartsJson : JsonSerializerContext;

    public static TheoryData<string, object> Lossy => new()
    {
        { "a list", new List<IEvent> { new Shipped("7") } },
        { "an array", new IEvent[] { new Shipped("7") } },
        { "an array of arrays", new IEvent[][] { [new Shipped("7")] } },
        { "a dictionary", new Dictionary<string, IEvent> { ["a"] = new Shipped("7") } },
        { "an immutable set", ImmutableHashSet.Create<IEvent>(new Shipped("7")) },
        { "an empty list", new List<IEvent>() },
        { "a generic argument", new Envelope<IEvent>(new Shipped("7")) },
        { "a member", new Holder(new Shipped("7")) },
        { "an abstract class", new List<Shape> { new Circle("c", 1) } },
        { "far inside", new Deep(new Dictionary<string, List<Pair?>> { ["a"] = [new Pair(1, new Circle("c", 1))] }) },
        { "in a value that may be null", new Pair?[] { new Pair(1, new Circle("c", 1)) } },
        { "in a declared derived type", new Envelope<Load>(new Carrying(new Shipped("7"))) },
        { "in a key and value", new KeyValuePair<string, IEvent>("a", new Shipped("7")) },
        { "computed", new Computed() },
        { "anonymous", new { Event = (IEvent)new Shipped("7") } },
    };

    [Theory]
    [MemberData(nameof(Lossy))]
    public void A_body_that_would_be_written_without_its_data_is_refused_with_the_remedy(string what, object body)
    {
        var refusal = Refused(() => TypedBody.Message(Bob, body, TypedBody.ByReflection<object>(null), new WsmqSendOptions { Type = "named" }));
        refusal.Message.Should().Contain("[JsonDerivedType]", what).And.MatchRegex("IEvent|Shape", what);
        Refused(() => WsmqJsonBody.From(body)).Message.Should().Be(refusal.Message);
    }

    public static TheoryData<object, string> Full => new()
    {
        { new List<Shipped> { new("7") }, """[{"id":"7"}]""" },
        { new Envelope<IReadOnlyList<Shipped>>([new("7")]), """{"content":[{"id":"7"}]}""" },
        { new Envelope<IEnumerable<int>>([1]), """{"content":[1]}""" },
        { new Envelope<IReadOnlyDictionary<string, ISet<int>>>(new Dictionary<string, ISet<int>> { ["a"] = new HashSet<int> { 1 } }), """{"content":{"a":[1]}}""" },
        { new Envelope<IList>(new List<int> { 1 }), """{"content":[1]}""" },
        { new Envelope<IDictionary>(new Dictionary<string, int> { ["a"] = 1 }), """{"content":{"a":1}}""" },
        { new List<IGrouping<int, int>>(new[] { 1, 2 }.GroupBy(n => n % 2)), "[[1],[2]]" },
        { new List<object> { new Shipped("7"), 1 }, """[{"id":"7"},1]""" },
        { new Dictionary<string, object> { ["a"] = new Circle("c", 2) }, """{"a":{"radius":2,"name":"c"}}""" },
        { new List<Moved> { new Left(1) }, """[{"$type":"left","n":1}]""" },
        { new Envelope<ITag>(new Tag("t")), """{"content":"t"}""" },
        { new Dictionary<string, ITag> { ["a"] = new Tag("t") }, """{"a":"t"}""" },
        { new Careful { Hidden = new Shipped("1"), Converted = new Shipped("2"), Anything = new Shipped("3") }, """{"converted":"2","anything":{"id":"3"}}""" },
        { new Envelope<JsonNode>(new JsonObject { ["a"] = 1 }), """{"content":{"a":1}}""" },
        { new Node { Children = [new Node { Value = 1 }] }, """{"value":0,"children":[{"value":1,"children":[]}]}""" },
        { new List<Base> { new Paid(1, 2) }, """[{"order":1}]""" },
        { new Envelope<Func<int>?>(null), """{"content":null}""" },
        { new Envelope<Type?>(null), """{"content":null}""" },
        { new Envelope<MemoryStream?>(null), """{"content":null}""" },
        { new Numbers(), "[1,2]" },
    };

    [Theory]
    [MemberData(nameof(Full))]
    public void Any_other_body_is_written_as_System_Text_Json_writes_it(object body, string json) =>
        WsmqJsonBody.From(body).ToString().Should().Be(json);

    [Fact]
    public void Source_generated_metadata_is_checked_as_well()
    {
        Refused(() => WsmqJsonBody.From([new Shipped("7")], PartsJson.Default.ListIEvent));
        Refused(() => WsmqJsonBody.From(new Deep(new Dictionary<string, List<Pair?>>()), PartsJson.Default.Deep));
        Refused(() => WsmqJsonBody.From([new Carrying(new Shipped("7"))], PartsJson.Default.ListLoad)).Message.Should().Contain(nameof(Carrying));
        WsmqJsonBody.From(new Envelope<Shipped>(new Shipped("7")), PartsJson.Default.EnvelopeShipped).ToString().Should().Be("""{"Content":{"Id":"7"}}""");
        WsmqJsonBody.From(new Careful { Converted = new Shipped("2") }, PartsJson.Default.Careful).ToString().Should().Be("""{"Converted":"2","Anything":null}""");
    }

    [Fact]
    public void Converters_and_resolvers_in_the_options_take_precedence()
    {
        var events = new List<IEvent> { new Shipped("7") };
        WsmqJsonBody.From(events, new JsonSerializerOptions { Converters = { new AnyEvent() } }).ToString().Should().Be("""["7"]""");
        WsmqJsonBody.From(events, new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Declare } } })
            .ToString().Should().Be("""[{"$type":"shipped","Id":"7"}]""");
        WsmqJsonBody.From(new Computed(), new JsonSerializerOptions { IgnoreReadOnlyProperties = true }).ToString().Should().Be("""{"Stored":0}""");
    }

    [Fact]
    public void A_null_value_of_a_lossy_type_is_written_as_null() => WsmqJsonBody.From<List<IEvent>?>(null).ToString().Should().Be("null");

    private static void Declare(JsonTypeInfo info)
    {
        if (info.Type == typeof(IEvent))
            info.PolymorphismOptions = new JsonPolymorphismOptions { DerivedTypes = { new JsonDerivedType(typeof(Shipped), "shipped") } };
    }

    private static WsmqException Refused(Action send)
    {
        var refusal = FluentActions.Invoking(send).Should().Throw<WsmqException>().Which;
        refusal.Error.Should().Be(WsmqErrors.InvalidBody);
        return refusal;
    }
}
