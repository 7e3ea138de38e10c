namespace Wsmq;

/// <summary>A call that wsmq refused or could not finish; <see cref="Error"/> says which and whether to retry.</summary>
public sealed class WsmqException : Exception
{
    /// <summary>An error of the list.</summary>
    /// <param name="error">Which one.</param>
    /// <param name="detail">What was wrong in this case; no secrets and no message bodies.</param>
    /// <param name="inner">What caused it.</param>
    public WsmqException(WsmqError error, string? detail = null, Exception? inner = null)
        : base(Required(error).Format(detail), inner)
    {
        Error = error;
    }

    private WsmqException(string message, WsmqError error, Exception inner) : base(message, inner) => Error = error;

    /// <summary>Which error of <see cref="WsmqErrors"/>.</summary>
    public WsmqError Error { get; }

    /// <summary>Reads the error that another exception's message carries (a SignalR <c>HubException</c>), or null.</summary>
    internal static WsmqException? From(Exception exception) =>
        WsmqError.TryRead(exception.Message, out var error, out var wireText) ? new WsmqException(wireText, error, exception) : null;

    private static WsmqError Required(WsmqError? error) => error ?? throw new ArgumentNullException(nameof(error));
}
