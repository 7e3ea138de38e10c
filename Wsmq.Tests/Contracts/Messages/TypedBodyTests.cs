using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Tests.Contracts;

public sealed partial class TypedBodyTests
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    internal interface IEvent;

    internal sealed record Shipped(string Id) : IEvent;

    internal record Base(int Order);

    internal sealed record Paid(int Order, decimal Sum) : Base(Order);

    [JsonDerivedType(typeof(Left), "left"), WsmqMessageType("moved")]
    internal abstract record Moved(int N);

    internal sealed record Left(int N, string Where) : Moved(N);

    internal sealed record Right(int N) : Moved(N);

    [JsonSerializable(typeof(IEvent))]
    [JsonSerializable(typeof(Shipped))]
    [JsonSerializable(typeof(Base))]
    [JsonSerializable(typeof(Moved))]
    private sealed partial class Json : JsonSerializerContext;

    private sealed class TaggedEvents : JsonConverter<IEvent>
    {
        public override IEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new Shipped(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, IEvent value, JsonSerializerOptions options) => writer.WriteStringValue(((Shipped)value).Id);
    }

    [Fact]
    public void Type_and_body_are_those_of_the_run_time_type()
    {
        Is<IEvent>(new Shipped("7"), typeof(Shipped), """{"id":"7"}""");
        Is<Base>(new Paid(3, 9.5m), typeof(Paid), """{"sum":9.5,"order":3}""");
        Is<object>(new Shipped("8"), typeof(Shipped), """{"id":"8"}""");
        Is<Base>(new Base(1), typeof(Base), """{"order":1}""");
        Is<IReadOnlyList<int>>(new List<int> { 1 }, typeof(List<int>), "[1]");
        Is<object>(5, typeof(int), "5");
        Is<int?>(5, typeof(int), "5");
        Is<Shipped?>(null, typeof(Shipped), "null");
    }

    [Fact]
    public void A_base_type_with_declared_polymorphism_is_written_and_named_as_itself()
    {
        var message = Write<Moved>(new Left(4, "there"));
        (message.Type, message.Body.ToString()).Should().Be(("moved", """{"$type":"left","where":"there","n":4}"""));
        Refused(() => Write<Moved>(new Right(1)), WsmqErrors.InvalidBody).Message.Should().Contain(nameof(Right));
        Is(new Left(4, "there"), typeof(Left), """{"where":"there","n":4}""");

        var tagged = TypedBody.Message<IEvent>(
            Bob, new Shipped("7"), TypedBody.ByReflection<IEvent>(new JsonSerializerOptions { Converters = { new TaggedEvents() } }), null);
        (tagged.Type, tagged.Body.ToString()).Should().Be((WsmqMessageTypeAttribute.NameOf(typeof(IEvent)), "\"7\""));
    }

    [Fact]
    public void Source_generated_metadata_is_used_for_the_run_time_type_where_it_exists()
    {
        var shipped = TypedBody.Message(Bob, new Shipped("7"), Json.Default.IEvent, null);
        (shipped.Type, shipped.Body.ToString()).Should().Be((WsmqMessageTypeAttribute.NameOf(typeof(Shipped)), """{"Id":"7"}"""));
        TypedBody.Message(Bob, new Left(1, "x"), Json.Default.Moved, null).Type.Should().Be("moved");
        Refused(() => TypedBody.Message(Bob, new Paid(1, 2), Json.Default.Base, null), WsmqErrors.InvalidBody)
            .Message.Should().Contain("[JsonSerializable]").And.Contain(nameof(Paid));
    }

    [Fact]
    public void A_body_without_a_type_name_is_sent_under_the_name_given_in_the_options()
    {
        Refused(() => Write(new { Text = "hi" }), WsmqErrors.NoTypeName);
        Refused(() => Write<object?>(null), WsmqErrors.NoTypeName);
        Refused(() => Write<IEnumerable<int>>(Enumerable.Range(0, 2).Select(i => i * 2)), WsmqErrors.NoTypeName);
        var named = Write(new { Text = "hi" }, new WsmqSendOptions { Type = "chat", Id = "1" });
        (named.Type, named.Id, named.Body.ToString()).Should().Be(("chat", "1", """{"text":"hi"}"""));
        Write(Enumerable.Range(0, 2).Select(i => i * 2), new WsmqSendOptions { Type = "numbers" }).Body.ToString().Should().Be("[0,2]");
    }

    private sealed class Ring
    {
        public Ring? Next { get; set; }
    }

    private sealed class Failing
    {
#pragma warning disable CA1822 // A static property is not serialized.
        public string Text => throw new InvalidTimeZoneException("from the app");
#pragma warning restore CA1822
    }

    [Fact]
    public void A_body_that_cannot_be_written_throws_InvalidBody()
    {
        var ring = new Ring();
        ring.Next = ring;
        foreach (var send in new Action[]
                 {
                     () => Write(ring), () => Write(double.NaN), () => Write<Func<int>>(() => 1, new WsmqSendOptions { Type = "f" }),
                     () => Write(new MemoryStream([1, 2])), () => Write(typeof(int)), () => Write(new Failing()), () => Write((nint)1),
                     () => Write(new int[1, 1]), () => WsmqJsonBody.From(double.PositiveInfinity), () => WsmqJsonBody.From<Func<int>>(() => 1),
                 })
        {
            Refused(send, WsmqErrors.InvalidBody).InnerException.Should().NotBeNull();
        }
    }

    [Fact]
    public void A_body_that_is_created_alone_uses_the_run_time_type_and_null_options_mean_the_default()
    {
        IEvent shipped = new Shipped("7");
        WsmqJsonBody.From(shipped).ToString().Should().Be("""{"id":"7"}""");
        WsmqJsonBody.From(shipped, null).Should().Be(WsmqJsonBody.From(shipped, JsonSerializerOptions.Web));
        WsmqJsonBody.From(shipped, Json.Default.IEvent).ToString().Should().Be("""{"Id":"7"}""");
        WsmqJsonBody.From(new Shipped("7")).To<Shipped>(null).Should().Be(new Shipped("7"));
        WsmqJsonBody.From(new Shipped("7")).To<Shipped>().Should().Be(new Shipped("7"));
    }

    private static WsmqOutgoingMessage Write<T>(T value, WsmqSendOptions? options = null) =>
        TypedBody.Message(Bob, value, TypedBody.ByReflection<T>(null), options);

    private static void Is<T>(T value, Type type, string body)
    {
        var message = Write(value);
        (message.To, message.Type, message.Body.ToString()).Should().Be(("user:bob", WsmqMessageTypeAttribute.NameOf(type), body));
    }

    private static WsmqException Refused(Action send, WsmqError error)
    {
        var refusal = FluentActions.Invoking(send).Should().Throw<WsmqException>().Which;
        refusal.Error.Should().Be(error);
        return refusal;
    }
}
