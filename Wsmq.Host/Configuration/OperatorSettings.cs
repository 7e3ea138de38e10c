namespace Wsmq.Host.Configuration;

/// <summary>
/// Section <c>Wsmq:Operators</c>: the actions of each operator, or <c>*</c> for all, those of later versions included. An operator is
/// <c>Wsmq:Operators:&lt;user&gt;</c>, with one action or a list of them; or, because a colon separates configuration keys, and case does not
/// distinguish them, <c>Wsmq:Operators:&lt;n&gt;:User</c> and <c>:Rights</c>.
/// </summary>
internal static class OperatorSettings
{
    private const string All = "*";
    private const string User = "User";
    private const string Rights = "Rights";

    private static readonly string[] Actions = Enum.GetNames<WsmqAction>();

    public static bool Include(string[] actions, WsmqAction action) =>
        actions.Contains(All, StringComparer.Ordinal) || actions.Contains(action.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the operators into <paramref name="operators"/>, in place of what it has.</summary>
    /// <exception cref="HostRefusal">The section is malformed, or names a user twice.</exception>
    public static void Read(IConfigurationSection section, Dictionary<string, string[]> operators)
    {
        operators.Clear();
        foreach (var child in section.GetChildren())
        {
            var (user, actions) = IsShort(child) ? (child.Key, TextsOf(child)) : ReadNamed(child);
            if (!operators.TryAdd(user, actions))
                throw new HostRefusal($"{section.Path} names the user '{user}' twice: write all rights of a user in one place.");
        }
    }

    /// <exception cref="HostRefusal">An action is unknown: the operator would silently lack a right.</exception>
    public static void Check(string user, string[] actions)
    {
        foreach (var action in actions.Where(a => a != All && !Actions.Contains(a, StringComparer.OrdinalIgnoreCase)))
        {
            throw new HostRefusal(
                $"{HostSettings.Section}:{nameof(HostSettings.Operators)}:{user} names the action '{action}', which does not exist. "
                + $"The actions are {string.Join(", ", Actions)}, and {All} for all.");
        }
    }

    // The keys of a list are numbers.
    private static bool IsShort(IConfigurationSection section) => section.GetChildren().All(c => c.Key.All(char.IsAsciiDigit));

    private static (string User, string[] Actions) ReadNamed(IConfigurationSection section)
    {
        foreach (var unknown in section.GetChildren().Where(c => !Is(c.Key, User) && !Is(c.Key, Rights)))
            throw new HostRefusal($"Unknown setting {unknown.Path}. An operator has {section.Path}:{User} and {section.Path}:{Rights}:0 and so on.");
        var (user, rights) = (section[User], TextsOf(section.GetSection(Rights)));
        if (string.IsNullOrEmpty(user) || rights.Length == 0)
            throw new HostRefusal($"{section.Path} is incomplete: an operator has {section.Path}:{User} and {section.Path}:{Rights}:0 and so on.");
        return (user, rights);
    }

    private static bool Is(string key, string name) => string.Equals(key, name, StringComparison.OrdinalIgnoreCase);

    // A single text need not be a list, which the binder does not read.
    private static string[] TextsOf(IConfigurationSection section) =>
        section.Value is { Length: > 0 } one ? [one] : [.. section.GetChildren().Select(text => text.Value ?? string.Empty)];
}
