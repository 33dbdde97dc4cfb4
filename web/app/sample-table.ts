/** @file A table to try without a file of one's own: the eight planets and Pluto, figures from the planetary fact sheet of NASA's archive (public domain), rounded. Two of Pluto's cells are left empty on purpose: the memory can fill them. */

const rows = `mass (10^24 kg),diameter (1000 km),density (g/cm3),gravity (m/s2),day (hours),distance (10^6 km),orbit (days),mean temperature (C),moons
0.330,4.879,5.429,3.7,4222.6,57.9,88.0,167,0
4.87,12.104,5.243,8.9,2802.0,108.2,224.7,464,0
5.97,12.756,5.514,9.8,24.0,149.6,365.2,15,1
0.642,6.792,3.934,3.7,24.7,228.0,687.0,-65,2
1898,142.984,1.326,23.1,9.9,778.5,4331,-110,95
568,120.536,0.687,9.0,10.7,1432.0,10747,-140,146
86.8,51.118,1.270,8.7,17.2,2867.0,30589,-195,28
102,49.528,1.638,11.0,16.1,4515.0,59800,-200,16
0.0130,2.376,,0.7,153.3,5906.4,90560,,5
`;

export const sampleTable = (): File => new File([rows], "planets.csv", { type: "text/csv" });
