namespace EdgeFleet.FleetSim;

/// <summary>A place where nodes hang.</summary>
/// <param name="Name">As an operator calls it.</param>
/// <param name="Latitude">Degrees north, WGS 84.</param>
/// <param name="Longitude">Degrees east, WGS 84.</param>
public sealed record Site(string Name, double Latitude, double Longitude);

/// <summary>The demo city: schools and lamp posts along the rivers of Taipei, and one bridge.</summary>
public static class City
{
    /// <summary>Where Air Boxes hang; more boxes than sites share them in turn.</summary>
    public static readonly Site[] AirBoxSites =
    [
        new("Shilin Elementary School", 25.0936, 121.5250),
        new("Shezi Elementary School", 25.0891, 121.5021),
        new("Beitou Junior High School", 25.1336, 121.5027),
        new("Dalongdong Lamp Post 14", 25.0727, 121.5150),
        new("Dadaocheng Wharf", 25.0570, 121.5076),
        new("Zhongshan Elementary School", 25.0644, 121.5276),
        new("Songshan Station Plaza", 25.0494, 121.5780),
        new("Daan Park North Gate", 25.0326, 121.5351),
        new("Wanhua Lamp Post 3", 25.0330, 121.4998),
        new("Muzha Elementary School", 24.9886, 121.5677),
        new("Neihu Lamp Post 27", 25.0786, 121.5755),
        new("Nangang Elementary School", 25.0550, 121.6069),
    ];

    /// <summary>The bridge that all bridge nodes listen to.</summary>
    public static readonly Site Bridge = new("Shezi Bridge", 25.1087, 121.4713);
}
