using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wsmq.Tests.Contracts.Orders
{
    internal sealed record Created(int Number);
}

namespace Wsmq.Tests.Contracts.Users
{
    internal sealed record Created(string Name);
}

namespace Wsmq.Tests.Contracts
{
    public sealed class MessageTypeNamesTests
    {
        private const string Here = "Wsmq.Tests.Contracts.MessageTypeNamesTests";

        private sealed record Envelope<T>(T Content);

        private static class Outer<T>
        {
            public sealed record Inner<TItem>(T First, TItem Second);

            public sealed record Plain(T First);
        }

        [WsmqMessageType("line")]
        private sealed record Line(string Text);

        [WsmqMessageType("page")]
        private record Page<T>(T[] Items);

        private sealed record LinePage(Line[] Items) : Page<Line>(Items);

        private enum Colour
        {
            Red,
        }

        [Theory]
        [InlineData(typeof(Orders.Created), "Wsmq.Tests.Contracts.Orders.Created")]
        [InlineData(typeof(Users.Created), "Wsmq.Tests.Contracts.Users.Created")]
        [InlineData(typeof(Line), "line")]
        [InlineData(typeof(Colour), Here + "+Colour")]
        [InlineData(typeof(Envelope<Orders.Created>), Here + "+Envelope<Wsmq.Tests.Contracts.Orders.Created>")]
        [InlineData(typeof(Envelope<Line>), Here + "+Envelope<line>")]
        [InlineData(typeof(Envelope<Envelope<Line>>), Here + "+Envelope<" + Here + "+Envelope<line>>")]
        [InlineData(typeof(Outer<Line>.Inner<int>), Here + "+Outer<line>+Inner<System.Int32>")]
        [InlineData(typeof(Outer<Line>.Plain), Here + "+Outer<line>+Plain")]
        [InlineData(typeof(Page<Line>), "page<line>")]
        [InlineData(typeof(LinePage), Here + "+LinePage")]
        [InlineData(typeof(int), "System.Int32")]
        [InlineData(typeof(int?), "System.Int32")]
        [InlineData(typeof(Envelope<int?>), Here + "+Envelope<System.Nullable<System.Int32>>")]
        [InlineData(typeof(Line[]), "line[]")]
        [InlineData(typeof(int[][]), "System.Int32[][]")]
        [InlineData(typeof(int[,]), "System.Int32[,]")]
        [InlineData(typeof(List<Line>), "System.Collections.Generic.List<line>")]
        [InlineData(typeof(Dictionary<string, object>), "System.Collections.Generic.Dictionary<System.String,System.Object>")]
        [InlineData(typeof(Envelope<JsonElement>), Here + "+Envelope<System.Text.Json.JsonElement>")]
        public void A_type_is_named_in_full_unless_it_declares_a_name(Type type, string name) =>
            WsmqMessageTypeAttribute.NameOf(type).Should().Be(name);

        [Theory]
        [InlineData(typeof(object))]
        [InlineData(typeof((int, string)))]
        [InlineData(typeof(Tuple<int, string>))]
        [InlineData(typeof(Envelope<(int A, string B)>))]
        [InlineData(typeof(List<(int A, string B)>))]
        [InlineData(typeof((int, string)[]))]
        [InlineData(typeof(Envelope<>))]
        [InlineData(typeof(Page<>))]
        [InlineData(typeof(int*))]
        [InlineData(typeof(Span<int>))]
        [InlineData(typeof(Func<int>))]
        [InlineData(typeof(Task<Line>))]
        [InlineData(typeof(ValueTask<Line>))]
        [InlineData(typeof(JsonElement))]
        [InlineData(typeof(JsonObject))]
        [InlineData(typeof(WsmqJsonBody))]
        public void A_type_that_means_nothing_to_another_process_is_refused(Type type) => Refused(type);

        [Fact]
        public void A_type_generated_by_the_compiler_or_at_run_time_is_refused()
        {
            Refused(new { Text = "hi" }.GetType());
            Refused(new[] { new { Text = "hi" } }.GetType());
            Refused(Enumerable.Range(0, 2).Select(i => i * 2).GetType());
            Refused(Numbers().GetType());
            Refused(((IReadOnlyList<int>)[1, 2]).GetType());
            var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("made"), AssemblyBuilderAccess.RunAndCollect).DefineDynamicModule("made");
            Refused(module.DefineType("Proxies.OrderProxy").CreateType());

            static IEnumerable<int> Numbers()
            {
                yield return 1;
            }
        }

        [WsmqMessageType("")]
        private sealed record Nameless;

        [WsmqMessageType("a\nb")]
        private sealed record Broken;

        [WsmqMessageType("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж")]
        private sealed record Long;

        [Fact]
        public void A_declared_name_that_the_server_would_refuse_is_refused_before_the_send()
        {
            Refused(typeof(Nameless));
            Refused(typeof(Broken));
            Refused(typeof(Long)).Message.Should().Contain("128 bytes");
        }

        private static WsmqException Refused(Type type)
        {
            var error = FluentActions.Invoking(() => WsmqMessageTypeAttribute.NameOf(type)).Should().Throw<WsmqException>().Which;
            error.Error.Should().Be(WsmqErrors.NoTypeName);
            error.Message.Should().Contain("[WsmqMessageType]");
            return error;
        }
    }
}
