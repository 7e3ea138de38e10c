namespace Wsmq.Server.Framing;

/// <summary>The lease that a call of a worker names.</summary>
internal static class LeaseArgument
{
    /// <exception cref="WsmqException"><c>invalid-position</c> or <c>invalid-message</c>.</exception>
    public static JobLease Of(string? position, string? token) => new(WsmqPosition.Parse(position), TokenOf(token));

    private static string TokenOf(string? token) =>
        token?.Length == JobLease.TokenLength && token.All(char.IsAsciiHexDigitLower)
            ? token
            : throw new WsmqException(WsmqErrors.InvalidMessage, $"the token has {JobLease.TokenLength} hexadecimal digits: send it as it came");
}
