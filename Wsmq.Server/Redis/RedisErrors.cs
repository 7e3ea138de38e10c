using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>Turns what the driver throws into the store's failures; anything else is a defect and passes through.</summary>
internal static class RedisErrors
{
    // Of append.lua.
    private const string Fenced = "WSMQFENCE";

    // What the driver puts before an answer on some ways.
    private const string AnswerPrefix = "SimpleError: ";

    private static readonly string[] Passing =
        ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF", "BUSY", "UNKILLABLE", "MOVED", "ASK"];

    private static readonly string[] Temporary = [.. Passing, "NOAUTH", "WRONGPASS", "WSMQSTALE", Fenced];

    /// <summary>True where the user lacks a permission.</summary>
    public static bool IsDenied(RedisServerException e) =>
        e.Message.StartsWith("NOPERM", StringComparison.Ordinal) || e.Message.Contains("ACL failure", StringComparison.Ordinal)
        || e.Message.Contains("user executing the script", StringComparison.Ordinal);

    /// <summary>True where a server refused a batch because it lacks one that was answered.</summary>
    public static bool IsFenced(Exception e) =>
        e.InnerException is RedisServerException { Message: var message } && message.StartsWith(Fenced, StringComparison.Ordinal);

    /// <summary>What a Redis that was reached answers while it cannot serve yet; null for any other failure.</summary>
    public static string? NotYet(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is RedisNotYetException known)
                return known.Answer;
            if (e is RedisServerException && AnswerOf(e) is var answer && IsPassing(answer))
                return answer;
        }

        // Of a shard that went away after it was reached. The driver's texts are for its authors.
        return failure switch
        {
            RedisConnectionException lost => $"no connection, {lost.FailureType}",
            RedisTimeoutException => "no answer in time",
            _ => null,
        };
    }

    /// <summary>The answer of that kind that a line of the driver's log quotes; null where it has none.</summary>
    public static string? PassingIn(string? line) =>
        line is not null && line.IndexOf(AnswerPrefix, StringComparison.Ordinal) is >= 0 and var at
        && line[(at + AnswerPrefix.Length)..] is var answer && IsPassing(answer) ? answer.Trim() : null;

    private static bool IsPassing(string answer) => Array.Exists(Passing, p => answer.StartsWith(p, StringComparison.Ordinal));

    private static string AnswerOf(Exception e) =>
        e.Message.StartsWith(AnswerPrefix, StringComparison.Ordinal) ? e.Message[AnswerPrefix.Length..] : e.Message;

    public static string Denied(string what) =>
        $"The Redis user may not do all that wsmq needs: {what}. docs/operations.md has the access rules to give it.";

    /// <param name="call">The driver's call.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="unavailable">Told before <c>store-unavailable</c> is thrown.</param>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken, Action? unavailable = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The driver cancels what it cannot send any more; to a caller that would look like its own cancellation.
            throw Unavailable(e, unavailable);
        }
        catch (Exception e) when (e is RedisTimeoutException or RedisConnectionException or ObjectDisposedException)
        {
            throw Unavailable(e, unavailable);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("OOM", StringComparison.Ordinal))
        {
            throw new WsmqException(WsmqErrors.StoreFull, inner: e);
        }
        catch (RedisServerException e) when (IsDenied(e) || Array.Exists(Temporary, t => e.Message.StartsWith(t, StringComparison.Ordinal)))
        {
            throw Unavailable(e, unavailable);
        }
        catch (RedisServerException e) when (IsDamage(e.Message))
        {
            throw new WsmqException(WsmqErrors.StoreCorrupt, inner: e);
        }
    }

    private static WsmqException Unavailable(Exception cause, Action? told)
    {
        told?.Invoke();
        return new WsmqException(WsmqErrors.StoreUnavailable, inner: cause);
    }

    // A key of another type, or a value with which a script of ours can do nothing.
    private static bool IsDamage(string message) =>
        message.StartsWith("WRONGTYPE", StringComparison.Ordinal)
        || (message.StartsWith("ERR", StringComparison.Ordinal) && message.Contains("user_script", StringComparison.Ordinal));
}
