using System.Reflection;

namespace Wsmq.Tests.Hubs;

/// <summary>The hub implements <see cref="IWsmqHub"/> by name, because some of its arguments have types that read malformed values.</summary>
public sealed class HubMethodsTests
{
    [Fact]
    public void The_hub_has_exactly_the_methods_of_IWsmqHub_with_their_parameters_and_results()
    {
        var methods = typeof(WsmqHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.GetBaseDefinition() == m);

        methods.Select(Signature).Should().BeEquivalentTo(typeof(IWsmqHub).GetMethods().Select(Signature));
    }

    private static string Signature(MethodInfo method) =>
        $"{OnTheWire(method.ReturnType)} {method.Name}({string.Join(", ", method.GetParameters().Select(p => $"{OnTheWire(p.ParameterType)} {p.Name}"))})";

    private static string OnTheWire(Type type) =>
        type == typeof(WsmqTextArgument) ? OnTheWire(typeof(string))
        : type == typeof(WsmqNumberArgument) || type == typeof(long) ? OnTheWire(typeof(int))
        : type == typeof(WsmqProgressArgument) ? OnTheWire(typeof(WsmqJsonBody))
        : type == typeof(WsmqFlagArgument) ? OnTheWire(typeof(bool))
        : type == typeof(WsmqDataArgument) ? OnTheWire(typeof(WsmqJsonBody?))
        : type == typeof(WsmqNamesArgument) ? OnTheWire(typeof(string[]))
        : type == typeof(WsmqRetryArgument) ? OnTheWire(typeof(WsmqRetry))
        : type == typeof(WsmqTextsArgument) ? OnTheWire(typeof(string[]))
        : type == typeof(WsmqMessagesArgument) ? OnTheWire(typeof(WsmqOutgoingMessage[]))
        : type == typeof(WsmqHistoryResult) ? OnTheWire(typeof(WsmqHistoryPage))
        : type == typeof(WsmqLeasesArgument) ? OnTheWire(typeof(WsmqJobLease[]))
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(WsmqObjectArgument<>) ? OnTheWire(type.GetGenericArguments()[0])
        : type.IsGenericType ? $"{type.Name}<{string.Join(", ", type.GetGenericArguments().Select(OnTheWire))}>"
        : type.Name;
}
