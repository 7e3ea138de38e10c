using System.Reflection;

namespace Wsmq.Host.Configuration;

/// <summary>
/// Refuses configuration keys that nothing reads: a misspelt key would otherwise silently leave the default in force.
/// </summary>
internal static class KnownKeys
{
    /// <summary>Throws <see cref="HostRefusal"/> for the first key of the section that none of the settings types has.</summary>
    public static void Require(IConfigurationSection section, params Type[] settings)
    {
        var known = PropertiesOf(settings);
        foreach (var child in section.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out var property))
            {
                var keys = string.Join(", ", known.Keys.Select(key => $"{section.Path}:{key}"));
                throw new HostRefusal($"Unknown setting {child.Path}. Known settings: {keys}.");
            }

            // The operator chooses the keys of a dictionary, and the keys of a list are indexes: neither is checked.
            if (property.PropertyType == typeof(Dictionary<string, QueueSettings>))
            {
                if (!string.IsNullOrEmpty(child.Value))
                    throw new HostRefusal($"{child.Path} takes no value: configure {child.Path}:<name>:Senders:0 and so on.");
                foreach (var named in child.GetChildren())
                    RequireSection(named, typeof(QueueSettings), typeof(WsmqQueueOptions));
                continue;
            }

            if (typeof(System.Collections.IDictionary).IsAssignableFrom(property.PropertyType))
                continue;
            if (property.PropertyType == typeof(IDictionary<string, WsmqLimitClass>))
            {
                foreach (var named in child.GetChildren())
                    RequireSection(named, typeof(WsmqLimitClass));
                continue;
            }

            if (IsList(property.PropertyType))
                RequireList(child);
            else if (IsSection(property.PropertyType))
                RequireSection(child, property.PropertyType);
            else if (child.GetChildren().Any())
                throw new HostRefusal($"{child.Path} is a single value, but the configuration has settings under it. Remove them.");
        }
    }

    private static void RequireSection(IConfigurationSection section, params Type[] settings)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            throw new HostRefusal(
                $"{section.Path} is a section and takes no value. Known settings in it: {string.Join(", ", PropertiesOf(settings).Keys)}.");
        }

        Require(section, settings);
    }

    // The binder would ignore a single value.
    private static void RequireList(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
            throw new HostRefusal($"{section.Path} is a list: configure {section.Path}:0, {section.Path}:1, and so on.");
    }

    private static SortedDictionary<string, PropertyInfo> PropertiesOf(Type[] settings) => new(
        settings.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => !HostSettings.SetInCodeOnly.Contains((type, property.Name))))
            .ToDictionary(property => property.Name),
        StringComparer.OrdinalIgnoreCase);

    private static bool IsList(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string);
}
