namespace Wsmq.Host.Configuration;

/// <summary>
/// Section <c>Wsmq:Operators:&lt;user&gt;</c>: the actions of an operator, or <c>*</c> for all, those of later versions included.
/// </summary>
internal static class OperatorActions
{
    private const string All = "*";

    public static bool Include(string[] actions, WsmqAction action) =>
        actions.Contains(All, StringComparer.Ordinal) || actions.Contains(action.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The actions in a section, which is a list, or one action.</summary>
    public static string[] Read(IConfigurationSection section) =>
        section.Value is { Length: > 0 } one ? [one] : [.. section.GetChildren().Select(action => action.Value ?? string.Empty)];

    /// <exception cref="HostRefusal">An action is unknown: the operator would silently lack a right.</exception>
    public static void Check(string user, string[] actions)
    {
        var known = Enum.GetNames<WsmqAction>();
        foreach (var action in actions.Where(a => a != All && !known.Contains(a, StringComparer.OrdinalIgnoreCase)))
        {
            throw new HostRefusal(
                $"{HostSettings.Section}:{nameof(HostSettings.Operators)}:{user} names the action '{action}', which does not exist. "
                + $"The actions are {string.Join(", ", known)}, and {All} for all.");
        }
    }
}
