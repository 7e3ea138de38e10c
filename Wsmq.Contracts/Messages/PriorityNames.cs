namespace Wsmq;

/// <summary>
/// Priorities of messages on the wire, with the names that <see cref="NameConverter{T}"/> has. Messages are read by
/// <see cref="OutgoingMessageConverter"/>, which keeps what is malformed instead of ending the call with an exception of the converter.
/// </summary>
internal static class PriorityNames
{
    private static readonly string[] Names = ["low", "normal", "high"];

    // Shared, so that a frame of many malformed messages does not hold one exception for each.
    private static readonly WsmqException Unknown = new(WsmqErrors.InvalidMessage, "priority is not one of low, normal, high");

    public static string Of(WsmqJobPriority priority) => (int)priority is var number && number >= 0 && number < Names.Length
        ? Names[number]
        : throw Unknown;

    /// <summary>Null for null.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the name is unknown.</exception>
    public static WsmqJobPriority? Parse(string? name) => name is null ? null
        : Array.IndexOf(Names, name) is >= 0 and var number ? (WsmqJobPriority)number
        : throw Unknown;
}
