using Wsmq.Server.Authorization;

namespace Wsmq.Server.Api;

/// <summary>Asks the app's authorizer for each call of an operator.</summary>
internal sealed class OperatorRights(AccessCheck access)
{
    public const string User = "user";
    public const string Group = "group";

    /// <summary>The name of the user in the path, if the caller may take the action on that user.</summary>
    /// <exception cref="WsmqException"><c>administer-not-allowed</c>, or the name is invalid.</exception>
    public Task<string> OnUserAsync(ApiCall call, WsmqAction action) => OnAsync(call, action, UserOf(call));

    /// <summary>The name of the group in the path, if the caller may take the action on that group.</summary>
    /// <exception cref="WsmqException"><c>administer-not-allowed</c>, or the name is invalid.</exception>
    public Task<string> OnGroupAsync(ApiCall call, WsmqAction action) => OnAsync(call, action, WsmqAddress.Group(NameOf(call, Group)));

    /// <exception cref="WsmqException"><c>administer-not-allowed</c>.</exception>
    public async Task RequireAsync(ApiCall call, WsmqAction action, WsmqAddress? target)
    {
        Audit(call, action, target);
        try
        {
            await access.CheckAdministerAsync(call.Caller, action, target, call.Aborted);
        }
        catch (WsmqException)
        {
            // Only refusals are counted, as for queues.
            await call.Limits.ThrottleReadAsync(call.Aborted);
            throw;
        }
    }

    /// <summary>Whether the caller may take the action as well, for an answer that has less without it. A refusal is not counted.</summary>
    /// <exception cref="WsmqException">The authorizer could not decide, such as <c>store-unavailable</c>.</exception>
    public async Task<bool> AllowsAsync(ApiCall call, WsmqAction action, WsmqAddress? target)
    {
        if (!await access.MayAdministerAsync(call.Caller, action, target, call.Aborted))
            return false;
        Audit(call, action, target);
        return true;
    }

    /// <summary>The user in the path.</summary>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress UserOf(ApiCall call) => WsmqAddress.User(NameOf(call, User));

    // Where a name is wanted, an address is mostly a mistake: it would be taken for the name of another user or group, and one that does
    // not exist can be banned or get members. Who means such a name writes its address.
    private static string NameOf(ApiCall call, string kind)
    {
        var (text, prefix) = (call.InPath(kind), kind + ":");
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
            return text;
        var name = text[prefix.Length..];
        return name.StartsWith(prefix, StringComparison.Ordinal)
            ? name
            : throw new WsmqException(
                WsmqErrors.InvalidName, $"write the name of the {kind} without '{prefix}', or, if it begins like that, '{prefix}{text}'");
    }

    private static void Audit(ApiCall call, WsmqAction action, WsmqAddress? target)
    {
        if (action != WsmqAction.View)
            call.Audited ??= new AuditedCall(action, target?.ToString());
    }

    private async Task<string> OnAsync(ApiCall call, WsmqAction action, WsmqAddress target)
    {
        await RequireAsync(call, action, target);
        return target.Name;
    }
}
