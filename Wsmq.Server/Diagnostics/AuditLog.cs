using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>
/// One line for each call that changes something of somebody else, or reads messages of somebody else: by whom, what, of what, and with
/// which outcome. A category of its own, without the limit on repeated lines, so that an app can send it elsewhere and nothing is missing.
/// </summary>
internal sealed class AuditLog(ILoggerFactory loggers)
{
    public const string Category = "Wsmq.Audit";

    /// <summary>The outcome of a call that succeeded.</summary>
    public const string Done = "done";

    /// <summary>The outcome of an event stream that was opened: its end may be days away.</summary>
    public const string Opened = "opened";

    /// <summary>The outcome of a stop of what does not exist, or must not be known to the caller.</summary>
    public const string NothingToStop = "nothing to stop";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>Writes a line. No text of a client can look like another line, or like another part of this one.</summary>
    public void Write(AuditedUser user, string action, string target, string request, string outcome) =>
        Log.Audited(_logger, user.ToString(), action, PrintableText.Exact(target), PrintableText.Exact(request), outcome);

    /// <summary>Runs a call, and writes a line with its outcome.</summary>
    public async Task<T> RunAsync<T>(AuditedUser user, string action, string target, string request, Func<Task<T>> call)
    {
        var outcome = Done;
        try
        {
            return await call();
        }
        catch (Exception e)
        {
            outcome = OutcomeOf(e);
            throw;
        }
        finally
        {
            Write(user, action, target, request, outcome);
        }
    }

    public static string OutcomeOf(Exception e) => e switch
    {
        WsmqException { Error: var error } when error == WsmqErrors.AdministerNotAllowed || error == WsmqErrors.ManageNotAllowed =>
            $"refused, {error.Number} {error.Code}",
        WsmqException { Error: var error } => $"failed, {error.Number} {error.Code}",
        OperationCanceledException => "cancelled by the client, it may have been done",
        _ => "failed, see the error log",
    };
}

/// <summary>Who has done something.</summary>
/// <param name="User">The user.</param>
/// <param name="Key">Of a program with an API key: the id of the key. Several keys may be the same user.</param>
internal readonly record struct AuditedUser(string User, string? Key)
{
    // The name of a key contains no slash.
    public override string ToString() => Key is null ? PrintableText.Exact(User) : $"{PrintableText.Exact(User)}/{PrintableText.Exact(Key)}";
}
