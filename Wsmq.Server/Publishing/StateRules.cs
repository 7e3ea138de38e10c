using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks what a message says of the state of its address, and of the tail that it expects.</summary>
internal static class StateRules
{
    /// <summary>What the store has to know; null for most messages.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static LogTerms? Check(WsmqOutgoingMessage message, WsmqAddress to, WsmqPublishOptions options)
    {
        if (message is { StateKey: null, RemoveState: false, ExpectedTail: null })
            return null;
        if (to.Kind == WsmqAddressKind.Work)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.StateKey}, {Wire.RemoveState} and {Wire.ExpectedTail} are for users and groups");
        if (message.RemoveState && message is { StateKey: null } or { Body: not null } or { Data: not null })
            throw new WsmqException(WsmqErrors.InvalidMessage, $"a message with {Wire.RemoveState} has a {Wire.StateKey} and no body");

        // A reader that misses the entry because it has expired would keep the value before it, and nothing would tell it.
        if (message is { StateKey: not null, TimeToLive: not null })
            throw new WsmqException(WsmqErrors.InvalidMessage, $"a message with {Wire.StateKey} has no {Wire.TimeToLive}: remove the state with a delay");
        if (message.ExpectedTail is not null && message is not { Delay: null, NotBefore: null })
            throw new WsmqException(WsmqErrors.InvalidMessage, $"a message with {Wire.ExpectedTail} has no delay");
        return Of(MessageRules.Name(Wire.StateKey, message.StateKey), message.RemoveState, message.ExpectedTail, options);
    }

    public static LogTerms Of(string? key, bool removes, WsmqPosition? expectedTail, WsmqPublishOptions options) => new()
    {
        ExpectedTail = expectedTail,
        StateKey = key,
        RemovesState = removes,
        MaxStateKeys = options.MaxStateKeys,
        MaxStateBytes = options.MaxStateBytes,
    };
}
